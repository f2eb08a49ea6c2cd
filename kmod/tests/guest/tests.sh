#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The tests that run in the guest, as KTAP.
# shellcheck source=lib.sh
. /lib.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

own_lines() { dmesg | grep 'load_monitor:' | grep -vE 'taints kernel|verification failed'; }

loads_with_one_line() {
	clear_log
	insmod /load_monitor.ko || return 1
	expect "lines in the log" 1 "$(own_lines | wc -l)" || { own_lines; return 1; }
	expect "threshold" 4.00 "$(cat $knobs/threshold)" || return 1
	expect "cooldown_ms" 20000 "$(cat $knobs/cooldown_ms)" || return 1
	expect "min_spacing_ms" 1000 "$(cat $knobs/min_spacing_ms)" || return 1
	expect "interval_ms" 10 "$(cat $knobs/interval_ms)" || return 1
	expect "active_threshold" 0 "$(cat $knobs/active_threshold)" || return 1
	expect "last_id" 0 "$(cat $knobs/last_id)" || return 1
	expect "mode of the device" "-400" "-$(stat -c %a $device)" || return 1
	expect "mode of trigger" 200 "$(stat -c %a $knobs/trigger)"
}

unloads_with_one_line() {
	clear_log
	rmmod load_monitor || return 1
	expect "lines in the log" 1 "$(own_lines | wc -l)" || { own_lines; return 1; }
	[ ! -e $knobs ] && [ ! -e $device ]
}

refuses_unfit_parameters() {
	local result=0 parameter
	for parameter in ring=1 ring=5000 buffer_kb=1 buffer_kb=99999999 max_tasks=1; do
		clear_log
		! insmod /load_monitor.ko $parameter 2>/dev/null || { echo "took $parameter"; return 1; }
		dmesg | grep -qF "load_monitor: $parameter is not between" || { echo "$parameter:"; dmesg; result=1; }
	done
	# These are the kernel's own words.
	for parameter in gid= gid=-1 gid=+1 gid=root gid=0x10 gid=1.5 'gid=1,2' gid=4294967295 gid=4294967296 \
		gid=99999999999999999999 ring=many buffer_kb=-1 max_tasks=99999999999 printk=perhaps; do
		clear_log
		! insmod /load_monitor.ko "$parameter" 2>/dev/null || { echo "took $parameter"; return 1; }
		dmesg | grep -qF "\`${parameter#*=}' invalid for parameter \`${parameter%%=*}'" ||
			{ echo "$parameter:"; dmesg; result=1; }
	done
	[ ! -e $knobs ] && [ ! -e $device ] || result=1
	return $result
}

is_empty_at_rest() {
	local idle text by_bit
	sleep 1
	insmod /known_stack.ko park=0 || return 1
	idle=$(grep -l '^State:[[:space:]]*I' /proc/[0-9]*/status | wc -l)
	[ "$idle" -gt 5 ] || { echo "only $idle idle workers: the test would prove nothing"; return 1; }
	# A kernel thread that really has work, or really waits (for an RCU grace period after a module was loaded), is
	# load until it is done; an idle one never is.
	for _ in $(seq 20); do
		by_bit=$(cat /sys/module/known_stack/parameters/by_bit)
		text=$(take "at rest")
		! printf '%s\n' "$text" | grep -q '^count .* running=0 uninterruptible=0 ' || break
		sleep 0.5
	done
	rmmod known_stack
	expect_match "counts" '^count .* running=0 uninterruptible=0 iowait=[0-9]+ captured=0 ' "$text" || return 1
	expect_no_match "tasks at rest" '^task ' "$text" || return 1
	# The rule of the module that this one follows, at the same moment.
	expect "threads with the bit TASK_UNINTERRUPTIBLE that are no idle workers" "${by_bit#* }" "${by_bit% *}" || return 1
	[ "${by_bit% *}" -gt 5 ] || { echo "only ${by_bit% *} threads with the bit"; return 1; }
	echo "# uninterruptible at rest: ${by_bit% *} by the bit in the state, 0 by the kernel's definition of load;" \
		"${by_bit#* } are idle workers" >/dev/console
}

# stack_of TEXT COMM: the id of the stack of the first task of that name.
stack_of() { printf '%s\n' "$1" | sed -n "s/^task .* stack=\([0-9]*\) .*comm=\"$2\"\$/\1/p" | head -n 1; }

# frames_of TEXT COMM: the functions of a task's stack, without offsets and without the thread's entry.
frames_of() {
	local id
	id=$(stack_of "$1" "$2")
	printf '%s\n' "$1" | awk -v id="$id" '
		/^stack / { in_it = $2 == "id=" id; next }
		/^  / { if (in_it) { sub(/^ */, ""); sub(/\+.*/, ""); if (!/^ret_from_fork/) print } ; next }
		{ in_it = 0 }' | tr '\n' ' '
}

knows_parked_threads() {
	local text result=0
	insmod /known_stack.ko || return 1
	sleep 0.5
	text=$(take "known stacks")
	if sleepers_have_stacks; then
		expect "frames of known-d" "known_inner known_middle known_outer known_thread kthread " \
			"$(frames_of "$text" known-d)" || result=1
		expect "frames of known-killable" "known_inner known_middle known_outer known_thread kthread " \
			"$(frames_of "$text" known-killable)" || result=1
		expect_match "the module's name in the frame" '^  known_inner\+0x.*\[known_stack\]$' "$text" || result=1
		# Not always the first: any kernel thread may want to run at that moment.
		expect_match "one stack for both" "^stack id=$(stack_of "$text" known-d) tasks=2\$" "$text" || result=1
		expect "the stack of known-killable" "$(stack_of "$text" known-d)" "$(stack_of "$text" known-killable)" || result=1
	else
		expect_no_match "frames from nowhere" 'known_(inner|middle|outer|thread)' "$text" || result=1
	fi
	expect_stack "known-d" known-d "$text" || result=1
	expect_stack "known-killable" known-killable "$text" || result=1
	expect_match "known-d" '^task .* state=D on=sleep .*comm="known-d"' "$text" || result=1
	expect_match "known-killable" '^task .* state=D on=sleep .*comm="known-killable"' "$text" || result=1
	expect_no_match "TASK_IDLE and TASK_INTERRUPTIBLE" 'known-(idle|sleep)' "$text" || result=1
	expect_match "counts" '^count .* uninterruptible=2 ' "$text" || result=1
	rmmod known_stack
	# A dump that is finished never changes.
	expect "the same dump without the module" "$text" "$(cat $device | newest)" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

not_load=/sys/module/not_load/parameters
freezer=/tmp/freezer

freezer_is() { [ "$(cat $freezer/group/freezer.state)" = "$1" ]; }

# A process that would run if it could, stopped by the freezer when it was in the kernel: D in ps, and
# before 6.1 by the bit TASK_UNINTERRUPTIBLE in its state, too.
leaves_out_a_frozen_process() {
	local result=0 text pid
	# All others have it: there its absence is a failure.
	if ! grep -q '^freezer' /proc/cgroups && uname -r | grep -q -e '-debug-'; then
		echo "# the debug kernel has no freezer of processes: does not apply" >/dev/console
		return 0
	fi
	mkdir -p $freezer
	mount -t cgroup -o freezer freezer $freezer || return 1
	mkdir $freezer/group
	spin freezing 1 2
	pid=${spinning# }
	echo "$pid" >$freezer/group/cgroup.procs
	expect_match "before it is frozen" '^task .* state=R .*comm="freezing"$' "$(take "not frozen")" || result=1
	echo FROZEN >$freezer/group/freezer.state
	wait_for 5 freezer_is FROZEN ||
		{ echo "freezer.state: expected 'FROZEN', got '$(cat $freezer/group/freezer.state)'"; result=1; }
	text=$(take "frozen")
	freezer_is FROZEN || { echo "it is not frozen any more"; result=1; }
	expect_no_match "a frozen process" 'comm="freezing"$' "$text" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	echo "# a frozen process, in /proc $(sed -n 's/^State:[[:space:]]*//p' /proc/$pid/status)" >/dev/console
	echo THAWED >$freezer/group/freezer.state
	stop_spinning
	rmdir $freezer/group
	umount $freezer
	return $result
}

# Who waits for a spinlock_t sleeps when that is a mutex, but in a state without TASK_UNINTERRUPTIBLE.
leaves_out_who_is_blocked_at_a_spinlock() {
	local result=0 text
	if grep -qx none $not_load/blocked; then
		echo "# no thread sleeps at a spinlock without PREEMPT_RT: does not apply" >/dev/console
		uname -v | grep PREEMPT_RT || return 0
		echo "blocked: expected a number, got 'none'"
		return 1
	fi
	echo 1 >$not_load/blocked || { echo "no thread is blocked"; return 1; }
	text=$(take "blocked")
	expect "blocked meanwhile" 1 "$(cat $not_load/blocked)" || result=1
	echo 0 >$not_load/blocked
	expect_match "who holds the lock" '^task .* state=R .*comm="blocker"$' "$text" || result=1
	expect_no_match "who is blocked" 'comm="blocked"$' "$text" || result=1
	echo "# a thread that sleeps at a spinlock" >/dev/console
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# Asleep, but for the scheduler's accounts still in the queue. Each time anew, for one right answer may be
# luck.
leaves_out_a_delayed_sleeper() {
	local result=0 seen=0 turn=0 is text
	if grep -qx none $not_load/delayed; then
		echo "# no sleeper stays in the queue on this kernel: does not apply" >/dev/console
		uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 >= 6012 }' && return 0
		echo "delayed: expected a number from 6.12 on, got 'none'"
		return 1
	fi
	while [ $turn -lt 10 ] && [ $result = 0 ]; do
		turn=$((turn + 1))
		echo 1 >$not_load/delayed || { echo "no sleeper is delayed"; return 1; }
		act take $knobs/trigger $device "delayed" >/tmp/delayed || result=1
		is=$(cat $not_load/delayed)
		echo 0 >$not_load/delayed
		# What is not so any more after the dump may not have been so in it.
		[ "$is" = 1 ] || continue
		seen=$((seen + 1))
		text=$(newest </tmp/delayed)
		expect_match "who is in the queue and awake" '^task .* state=R on=queue .*comm="delayer"$' "$text" || result=1
		expect_no_match "who is in the queue and sleeps" 'comm="delayed"$' "$text" || result=1
		[ $result = 0 ] || printf '%s\n' "$text"
	done
	echo "# a sleeper that is still in the queue, during $seen of $turn dumps" >/dev/console
	[ $seen -gt 0 ] || { echo "none was delayed over a dump: the test proved nothing"; result=1; }
	return $result
}

# The sleepers are on the second CPU, and need it for themselves.
leaves_out_what_is_no_load() {
	local result=0
	insmod /not_load.ko || return 1
	apart 1
	leaves_out_a_frozen_process || result=1
	leaves_out_who_is_blocked_at_a_spinlock || result=1
	leaves_out_a_delayed_sleeper || result=1
	together
	rmmod not_load || result=1
	return $result
}

# Deeper than there is room for, or with an end that the unwinder does not find: what there is, and marked.
says_when_a_stack_is_not_whole() {
	local text result=0
	insmod /known_stack.ko park=0 deep=1 || return 1
	sleep 0.2
	text=$(take "too deep")
	rmmod known_stack
	if sleepers_have_stacks; then
		expect_match "too deep" '^task .* state=D on=sleep .* stack=[1-9][0-9]* flags=partial .*comm="known-deep"' "$text" || result=1
		expect_match "the counts" '^count .* partial=1 ' "$text" || result=1
		expect "its functions" "known_deep known_inner " "$(frames_of "$text" known-deep | tr ' ' '\n' | grep . | sort -u | tr '\n' ' ')" || result=1
	else
		expect_stack "too deep" known-deep "$text" || result=1
	fi
	insmod /known_stack.ko park=0 deep=1 deep_frames=40 || return 1
	sleep 0.2
	text=$(take "not too deep")
	rmmod known_stack
	expect_stack "not too deep" known-deep "$text" || result=1
	expect_match "the counts" '^count .* partial=0 ' "$text" || result=1
	! sleepers_have_stacks ||
		expect "its functions" "41 known_thread kthread" \
			"$(frames_of "$text" known-deep | awk '{ for (i = 1; i <= NF; i++) n += $i == "known_deep"; print n, $(NF - 1), $NF }')" || result=1
	insmod /known_stack.ko park=0 lost=1 || return 1
	sleep 0.2
	text=$(take "lost")
	rmmod known_stack
	# Others have an unwinder that does not say where it ended.
	if [ "$(uname -m)" = x86_64 ]; then
		expect_match "lost" '^task .* state=D on=sleep .* stack=[1-9][0-9]* flags=partial .*comm="known-lost"' "$text" || result=1
		expect "its functions" "known_inner known_lost " "$(frames_of "$text" known-lost)" || result=1
	else
		expect_stack "lost" known-lost "$text" || result=1
	fi
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# 65,536 frames are 1,024 stacks of 64: the others' tasks are there, without a stack, and counted.
counts_stacks_without_room() {
	local result=0 without
	# Their text needs room for itself.
	rmmod load_monitor
	load_module || return 1
	echo 0 >$cpu1
	insmod /known_stack.ko park=0 deep=1100 || result=1
	echo 1 >$cpu1
	# Too long for a variable of awk's.
	act take $knobs/trigger $device "many stacks" >/tmp/dump || result=1
	echo 0 >$cpu1
	rmmod known_stack
	echo 1 >$cpu1
	expect "threads" 1100 "$(grep -c '^task .* state=D .*comm="known-deep"$' /tmp/dump)" || result=1
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || result=1
	without=$(grep -c '^task .* stack=0 flags=no_room .*comm="known-deep"$' /tmp/dump)
	if sleepers_have_stacks; then
		[ "$without" -ge 76 ] && [ "$without" -le 100 ] || { echo "expected 76 or a few more without a stack, got $without"; result=1; }
	else
		expect "without room" 0 "$without" || result=1
	fi
	expect_match "the counts" "^count .* no_room=$without " "$(grep '^count ' /tmp/dump)" || result=1
	return $result
}

# hop_dumps: two dumps with threads that hop, a line each time that one of them is in a dump, with its
# stack behind it.
hop_dumps() {
	local turn=0
	while [ $turn -lt 2 ]; do
		take "hop $turn" >/tmp/dump || return 1
		awk '
			/^stack / { id = $2; sub(/id=/, "", id); next }
			/^  / { frames[id] = frames[id] " " $1; next }
			/ comm="known-hop"$/ { match($0, / stack=[0-9]+/); print $0 frames[substr($0, RSTART + 7, RLENGTH - 7)] }
		' /tmp/dump >>/tmp/hops
		expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || return 1
		turn=$((turn + 1))
	done
}

# Threads that sleep in D in one function and in S in another by turns, behind a crowd that takes a while
# to unwind. Fast hops would stop a slow guest, and slow ones prove nothing on a fast one.
prints_no_stack_of_another_sleep() {
	local result=0 seen=0 moved=0 us
	insmod /known_stack.ko park=0 crowd=300 hop=4 || return 1
	rm -f /tmp/hops
	for us in 20000 5000 1000 20000 5000 1000 5000 1000 500 200 500 200; do
		echo $us >/sys/module/known_stack/parameters/hop_us
		hop_dumps || result=1
		seen=$(grep -c ' state=D ' /tmp/hops)
		moved=$(grep -c ' state=D .* stack=0 flags=unstable ' /tmp/hops)
		# Where nothing is unwound it takes no time, and few or none move on meanwhile.
		if [ "$moved" -ge 2 ] || { [ "$seen" -ge 2 ] && ! sleepers_have_stacks; }; then
			break
		fi
	done
	rmmod known_stack
	echo "# $seen times in D when it was seen, $moved times somewhere else soon after" >/dev/console
	if sleepers_have_stacks; then
		[ "$moved" -gt 0 ] || { echo "none had moved on: the test proved nothing"; result=1; }
	else
		[ "$seen" -gt 0 ] || { echo "none was in D: the test proved nothing"; result=1; }
		expect_no_match "a stack" ' state=D .* stack=[1-9]' "$(cat /tmp/hops)" || result=1
	fi
	expect_no_match "the stack of another sleep" ' state=D .*known_right' "$(cat /tmp/hops)" || result=1
	expect_no_match "how long it has been in a state that it left" 'since_ms=.*flags=unstable' "$(cat /tmp/hops)" || result=1
	[ $result = 0 ] || tail -n 40 /tmp/hops
	return $result
}

# Names are looked up after all stacks are read: a module that goes in between leaves none, or its own.
believes_no_name_of_a_module_that_went() {
	local result=0 turn=0 pid
	rm -f /tmp/went
	while [ $turn -lt 2 ]; do
		insmod /known_stack.ko crowd=60 || return 1
		act many $knobs/trigger 4 >/dev/null &
		pid=$!
		rmmod known_stack
		wait $pid
		cat $device | newest >>/tmp/went
		turn=$((turn + 1))
	done
	grep '^  ' /tmp/went | grep -E 'known_stack\]|0x[0-9a-f]{6}' | grep -vE '^  known_[a-z]+\+0x[0-9a-f]+/0x[0-9a-f]+ \[known_stack\]$' >/tmp/odd
	expect "other names" "" "$(cat /tmp/odd)" || result=1
	expect "what does not add up" "" "$(awk -f /dump.awk /tmp/went | grep -v "^dumps [1-9]")" || result=1
	return $result
}

# In place of one that went another may be by now, so no name in any module is to be believed. A kernel
# probe holds the dump between its stacks and their names.
believes_no_name_in_modules_when_one_went() {
	local result=0 held=/sys/module/slow_names/parameters/state text dumping going
	insmod /known_stack.ko park=0 crowd=3 || return 1
	insmod /original_way.ko || return 1
	insmod /slow_names.ko || return 1
	# Nothing else goes on where the dump is held, not even the clock of who waits for it.
	apart 2
	# Where nothing is unwound a dump has a stack to name only of a task on a CPU in the kernel, if there is one.
	for try in 1 2 3 4 5 6 7 8; do
		echo 1 >$held
		act write $knobs/trigger "held" >/tmp/held &
		dumping=$!
		wait_for 2 grep -qx 2 $held && break
		wait $dumping
		[ $try != 8 ] || { echo "no dump is held"; result=1; }
	done
	# It says that it goes at once, and then waits until the CPU that is held goes on.
	rmmod original_way &
	going=$!
	sleep 0.5
	grep -qx 2 $held || { echo "the dump did not wait"; result=1; }
	echo 0 >$held
	wait $dumping
	wait $going
	together
	expect "writing to trigger" OK "$(cat /tmp/held)" || result=1
	text=$(cat $device | newest)
	expect_no_match "names in modules" '^  .*\]$' "$text" || result=1
	! sleepers_have_stacks || expect_match "a name that is not believed" '^  \?$' "$text" || result=1
	rmmod slow_names
	[ $result = 0 ] || printf '%s\n' "$text"
	text=$(take "nothing goes")
	! sleepers_have_stacks || expect_match "the next dump" '^  known_inner\+.* \[known_stack\]$' "$text" || result=1
	rmmod known_stack
	return $result
}

knows_a_spinning_thread() {
	local text result=0 tries=0
	insmod /known_stack.ko spin=1 || return 1
	apart 1 || return 1
	pin known-spin 2 || return 1
	while [ $tries -lt 10 ]; do
		sleep 0.2
		text=$(take "spinning thread")
		# Not in the middle of another interrupt, where a preemptible kernel is often to be found.
		printf '%s\n' "$text" | grep -q 'on=cpu-kernel.*known-spin' &&
			[ "$(frames_of "$text" known-spin | cut -d ' ' -f 1)" = known_inner ] && break
		tries=$((tries + 1))
	done
	expect_match "known-spin" '^task .* state=R on=cpu-kernel .*comm="known-spin"' "$text" || result=1
	expect "frames of known-spin" "known_inner known_middle known_outer known_thread kthread " \
		"$(frames_of "$text" known-spin)" || result=1
	expect_no_match "the interrupt's own frames" 'sysvec|lm_cpu|load_monitor\]|smp_call|handle_IPI|el1h' "$text" || result=1
	rmmod known_stack
	together
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# A CPU with interrupts off is waited for 20 ms, once or twice, and then named, and so is who runs there.
names_a_cpu_that_does_not_answer() {
	local text result=0 silence=/sys/module/known_stack/parameters/silence turn took
	insmod /known_stack.ko park=0 || return 1
	# Nothing else of this test goes on where nothing can.
	apart 1
	spin busy 1 2
	echo "1000 1" >$silence
	# The second dump finds the question of the first still open.
	for turn in first second; do
		text=$(take "silent")
		expect_match "$turn: the CPU" '^load .* cpus=2 silent_cpus=1$' "$text" || result=1
		expect_match "$turn: the counts" '^count .* cpu_no_answer=1 ' "$text" || result=1
		expect_match "$turn: who runs there" '^task .* cpu=1 state=R on=cpu .* stack=0 flags=cpu_no_answer .*comm="busy"$' "$text" || result=1
		took=$(printf '%s\n' "$text" | sed -n 's/^cost capture_ns=\([0-9]*\) .*/\1/p')
		[ "${took:-999999999}" -lt 200000000 ] || { echo "$turn: took $took ns"; result=1; }
	done
	sleep 1.5
	for try in 1 2 3 4 5; do
		text=$(take "it answers again")
		printf '%s\n' "$text" | grep -q ' on=cpu-user .*comm="busy"$' && break
	done
	expect_match "who runs there afterwards" '^task .* cpu=1 state=R on=cpu-user .*comm="busy"$' "$text" || result=1
	expect_match "the CPU afterwards" '^load .* cpus=2$' "$text" || result=1
	# With a question open there is no unloading before the answer.
	echo "1000 1" >$silence
	take "open question" >/tmp/dump
	expect_match "the CPU" ' silent_cpus=1$' "$(cat /tmp/dump)" || result=1
	rmmod load_monitor || result=1
	load_module
	text=$(take "loaded again")
	expect_match "the module afterwards" '^load .* cpus=2$' "$text" || result=1
	together
	stop_spinning
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# While a CPU comes or goes none may be asked, and no sleeper's stack be read: said, and no wait for it.
goes_on_without_hotplug() {
	local text result=0 going took
	insmod /known_stack.ko slow_cpu=1500 || return 1
	echo 0 >$cpu1 &
	going=$!
	sleep 0.4
	text=$(take "a CPU goes")
	state_is $going D || { echo "the CPU went before the dump was there"; result=1; }
	wait $going
	echo 1 >$cpu1
	took=$(printf '%s\n' "$text" | sed -n 's/^cost capture_ns=\([0-9]*\) .*/\1/p')
	[ "${took:-999999999}" -lt 500000000 ] || { echo "took $took ns"; result=1; }
	expect_match "a sleeper" '^task .* state=D on=sleep .* stack=0 flags=hotplug .*comm="known-d"$' "$text" || result=1
	expect_match "the counts" '^count .* stacks=0 .* unstable=0 unwind_failed=0 .* cpu_no_answer=1 ' "$text" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	text=$(take "it is gone and back")
	expect_stack "a sleeper afterwards" known-d "$text" || result=1
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# sysfs_notify() would, each time, under a lock that others hold while they wait for memory.
looks_for_no_file_in_sysfs() {
	local result=0 before
	insmod /slow_names.ko symbol=kernfs_find_and_get_ns || return 1
	before=$(cat $knobs/last_id)
	echo 1 >/sys/module/slow_names/parameters/state
	take "poll" >/dev/null || result=1
	sleep 0.2
	expect "last_id" $((before + 1)) "$(cat $knobs/last_id)" || result=1
	expect "the probe of the lookup (2 and 0: it was hit)" 1 "$(cat /sys/module/slow_names/parameters/state)" || result=1
	rmmod slow_names
	return $result
}

# The kernel's unwinder may find the stack of who waits for a CPU with a return probe on it suspicious, and
# print a trace: then there is no stack, and nothing in the log.
leaves_return_probes_alone() {
	local text result=0
	insmod /known_stack.ko spin=1 probed=1 || return 1
	# On one CPU, so that the capture pushes it off.
	pin load_monitor 2
	pin known-spin 2
	sleep 0.2
	for try in 1 2 3; do
		text=$(take "return probe")
		expect_match "known-spin" '^task .* state=R on=queue .*comm="known-spin"$' "$text" || result=1
	done
	printf '%s\n' "$text" | grep 'comm="known-spin"' | sed 's/^/# /' >/dev/console
	pin load_monitor 3
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

finds_vfork_parents() {
	local text result=0
	vfork_parents 2 || return 1
	sleep 1.2
	text=$(take "vfork")
	expect "tasks in D" 2 "$(printf '%s\n' "$text" | grep -c '^task .* state=D on=sleep .*comm="act"$')" || result=1
	expect_stack "their stack" act "$text" || result=1
	if sleepers_have_stacks; then
		expect_match "their function" '^  kernel_clone\+0x' "$text" || result=1
		# Where there is no vfork, the C library makes it of a clone.
		expect_match "their system call" '^  __(do|x64|arm64)_sys_(vfork|clone)\+0x' "$text" || result=1
		expect_match "one stack for both" '^stack id=[0-9]+ tasks=2$' "$text" || result=1
	fi
	expect_match "how long" ' since_ms=[1-9][0-9]{3} switches=[0-9]+ start_ns=[0-9]+ ' "$text" || result=1
	expect_match "their cgroup" ' cgroup="/" ' "$text" || result=1
	for pid in $forking; do
		expect_match "pid $pid" "^task pid=$pid tgid=$pid ppid=" "$text" || result=1
	done
	expect_match "the tasks file" '^uninterruptible 2$' "$(cat $knobs/tasks)" || result=1
	stop_vfork_parents
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

finds_a_frozen_filesystem() {
	local text result=0
	freeze || { echo "cannot freeze a file system"; return 1; }
	text=$(take "frozen file system")
	expect_match "the writer" "^task pid=$writer .* state=D on=sleep .*comm=\"touch\"" "$text" || result=1
	expect_stack "its stack" touch "$text" || result=1
	! sleepers_have_stacks || expect_match "what it waits for" '^  (__)?percpu_(rwsem_wait|down_read)|^  mnt_want_write' "$text" || result=1
	thaw
	sleep 0.5
	text=$(take "thawed")
	expect_no_match "after the thaw" 'comm="touch"' "$text" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# The kernel's own module NAME, with other parameters than at boot.
load_kernel_module() {
	local name=$1
	shift
	rmmod "$name" 2>/dev/null
	insmod /modules/*"$name".ko "$@"
}

finds_the_reader_of_a_suspended_disk() {
	local text result=0 reader
	act disk create suspended || return 1
	act disk suspend suspended || return 1
	dd if=/dev/dm-0 of=/dev/null bs=4096 count=1 2>/dev/null &
	reader=$!
	wait_for 5 state_is $reader D || { echo "the reader does not sleep"; result=1; }
	text=$(take "suspended disk")
	expect_match "the reader" "^task pid=$reader .* state=D on=sleep .*comm=\"dd\"" "$text" || result=1
	expect_stack "its stack" dd "$text" || result=1
	if sleepers_have_stacks; then
		expect_match "what it waits for" '^(blkdev_read_iter|filemap_read|generic_file_buffered_read)$' \
			"$(frames_of "$text" dd | tr ' ' '\n')" || result=1
	fi
	act disk resume suspended
	wait $reader
	act disk remove suspended || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

finds_the_reader_of_a_slow_disk() {
	local text result=0 reader
	# 1.5 s a request. The kernel looks for partitions at once, so loading it waits, too.
	load_kernel_module null_blk gb=1 nr_devices=1 irqmode=2 completion_nsec=1500000000 || return 1
	dd if=/dev/nullb0 of=/dev/null bs=4096 count=1 skip=1000 2>/dev/null &
	reader=$!
	wait_for 5 state_is $reader D || { echo "the reader does not sleep"; result=1; }
	text=$(take "slow disk")
	expect_match "the reader" "^task pid=$reader .* state=D on=sleep .*comm=\"dd\"" "$text" || result=1
	expect_match "it waits for I/O" '^count .* iowait=[1-9]' "$text" || result=1
	expect_stack "its stack" dd "$text" || result=1
	if sleepers_have_stacks; then
		expect_match "what it waits for" '^(blkdev_read_iter|filemap_read|generic_file_buffered_read)$' \
			"$(frames_of "$text" dd | tr ' ' '\n')" || result=1
	fi
	wait $reader
	rmmod null_blk || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

has_cgroup() {
	mkdir /sys/fs/cgroup/some\ group || return 1
	sh -c 'echo $$ >"/sys/fs/cgroup/some group/cgroup.procs"; exec act spin in-a-group' &
	spinning=$!
	sleep 0.5
	local text
	text=$(take "cgroup")
	stop_spinning
	rmdir "/sys/fs/cgroup/some group"
	expect_match "the group" ' cgroup="/some group" comm="in-a-group"$' "$text"
}

monotonic_ns() { printf '%s\n' "$1" | sed -n 's/^time .*monotonic_ns=\([0-9]*\).*/\1/p'; }

crosses_the_threshold_alone() {
	local before later text result=0 active threshold
	spin busy 8
	vfork_parents 2
	# Longer than a slow machine takes for the looks in between.
	echo 60000 >$knobs/cooldown_ms
	# More than the next tick adds, which may have counted some of them only.
	threshold=$(awk '{ printf "%.2f", $1 + 0.9 }' /proc/loadavg)
	echo $threshold >$knobs/threshold
	expect_match "poll" '^woken ' "$(act wait $knobs/last_id 40000)" || { cat /proc/loadavg; result=1; }
	text=$(cat $device | newest)
	expect_match "the trigger" '^trigger kind=threshold reason="load [0-9]+\.[0-9]{2} >= '"$threshold"'" cause=present$' "$text" || result=1
	expect_match "the counts" '^count .* running=([89]|1[0-3]) uninterruptible=[2-4] ' "$text" || result=1
	# A CPU of a guest that waits for the host does not answer, and its task says so.
	expect_match "on a CPU" '^task .* state=R on=cpu(-user|-kernel| .* flags=cpu_no_answer) .*comm="busy"' "$text" || result=1
	# Now and then a dump catches it in the middle of a context switch.
	for try in 1 2 3 4 5; do
		take "in user mode?" | grep -qE '^task .* state=R on=cpu-user .* stack=0 .*comm="busy"' && break
		[ $try != 5 ] || { echo "none in user mode in 5 dumps"; result=1; }
	done
	expect_stack "waiting for one" busy "$text" || result=1
	expect "busy ones" 8 "$(printf '%s\n' "$text" | grep -c 'state=R .*comm="busy"')" || result=1
	active=$(printf '%s\n' "$text" | sed -n 's/^tick .* active=\([0-9]*\) .*/\1/p')
	[ "${active:-0}" -ge 9 ] && [ "$active" -le 14 ] || { echo "active at the tick: expected about 10, got '$active'"; result=1; }
	# The load stays (others take over, which need no CPU), but the cooldown holds the next one back over
	# the next tick, or for longer if the looks above took so long that it is over by now.
	insmod /known_stack.ko park=0 crowd=8 || result=1
	stop_spinning
	before=$(cat $knobs/last_id)
	sleep 6
	if [ "$before" != "$(cat $knobs/last_id)" ]; then
		later=$(cat $device | newest)
		[ $(($(monotonic_ns "$later") - $(monotonic_ns "$text"))) -ge 60000000000 ] ||
			{ echo "a second dump in the cooldown:"; printf '%s\n' "$later" | head -n 3; result=1; }
	fi
	expect_match "history" ' (9|1[0-4]) [0-9]+\.[0-9]{2}$' "$(tail -n 1 $knobs/history)" || result=1
	# A shorter one, and the load that stays gives another dump.
	echo 1000 >$knobs/cooldown_ms
	expect_match "poll after the cooldown" '^woken ' "$(act wait $knobs/last_id 8000)" || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# agree SIZE: at a load tick, history, the file tasks and the number of tasks that there are agree within
# one. On a busy host a few kernel threads want to run right then, too, so up to six ticks are looked at.
# The time from the average's change to history's is written to /tmp/late.
agree() {
	local tick active tasks
	for try in 1 2 3 4 5 6; do
		tick=$(act ticks $knobs 1)
		echo "$tick" | sed 's/.*late_ms=//' >>/tmp/late
		active=$(echo "$tick" | sed 's/.* active=\([0-9]*\) .*/\1/')
		tasks=$(echo "$tick" | sed 's/.* tasks=\([0-9]*\) .*/\1/')
		[ $((active - tasks)) -ge -1 ] && [ $((active - tasks)) -le 1 ] &&
			[ $((tasks - $1)) -ge -1 ] && [ $((tasks - $1)) -le 1 ] && return 0
		echo "$1 tasks: $tick"
	done
	return 1
}

agrees_with_the_averages() {
	local result=0 late
	rm -f /tmp/late
	agree 0 || result=1
	spin busy 1 1
	agree 1 || result=1
	insmod /known_stack.ko park=0 crowd=7 || return 1
	agree 8 || result=1
	rmmod known_stack
	insmod /known_stack.ko park=0 crowd=60 || return 1
	spin busy 3 1
	agree 64 || result=1
	stop_spinning
	rmmod known_stack
	late=$(sort -n /tmp/late | head -n 1)
	echo "# history had the load tick $(sort -n /tmp/late | tr '\n' ' ')ms after the average" >/dev/console
	# The host takes the CPU from the guest now and then; the best of all counts.
	[ "$late" -le 20 ] || { echo "history had the load tick $late ms after the average"; result=1; }
	return $result
}

# A CPU that stops over the load tick, the timer's or the one that moves the jiffies counter: no tick
# may be lost, added or counted wrong, and the next one is seen in time. What a CPU left undone meanwhile
# wants to run at the tick, really: a few kernel threads more than the crowd. A tick that never was would
# count what the average says, which is far below.
keeps_the_phase_over_a_stopped_cpu() {
	local result=0 period first lines text
	insmod /known_stack.ko park=0 crowd=60 || return 1
	# The period takes two.
	act ticks $knobs $(($(wc -l <$knobs/history) < 1 ? 2 : 1)) >/dev/null
	period=$(tail -n 2 $knobs/history | awk 'NR == 1 { first = $1 } END { printf "%.0f", $1 - first }')
	first=$(tail -n 1 $knobs/history | cut -d ' ' -f 1)
	for cpu in 0 1 -1; do
		act hold /sys/module/known_stack/parameters/hold "300 $cpu" $period $knobs/history || result=1
		sleep 1
	done
	# Now and then the host takes the CPU; a phase that is lost stays lost.
	for try in 1 2 3; do
		text=$(act ticks $knobs 1)
		[ "$(echo "$text" | sed 's/.*late_ms=//')" -gt 40 ] || break
	done
	lines=$(awk -v first=$first '$1 > first' $knobs/history)
	rmmod known_stack
	# One that is lost, or one too many, moves all after it.
	[ "$(printf '%s\n' "$lines" | wc -l)" -ge 4 ] || { echo "fewer than 4 ticks"; result=1; }
	expect "ticks at another time" "" "$(printf '%s\n' "$lines" | awk -v first=$first -v period=$period '
		{ off = $1 - first - NR * period; if (off < -20000000 || off > 20000000) print }')" || result=1
	expect "ticks with another number than 60 to 66" "" "$(printf '%s\n' "$lines" | awk '$2 < 60 || $2 > 66')" || result=1
	[ "$(echo "$text" | sed 's/.*late_ms=//')" -le 40 ] || { echo "the tick after that: $text"; result=1; }
	[ $result = 0 ] || { cat $knobs/history; }
	return $result
}

# The dump has all that history shows, and the newest first.
has_the_history_in_every_dump() {
	local text shown
	text=$(take "history")
	shown=$(sed '1!G;h;$!d' $knobs/history | cut -d ' ' -f 2 | tr '\n' ',')
	printf '%s\n' "$text" | sed -n 's/^history period_ms=[0-9]* active=//p' | awk -F , '{
		for (i = 1; i <= NF; i++) {
			times = split($i, part, "x") == 2 ? part[2] : 1
			while (times--) printf "%d,", part[1]
		} }' >/tmp/inside
	[ "$(echo "$shown" | tr ',' '\n' | wc -l)" -gt 5 ] || { echo "only '$shown'"; return 1; }
	# A tick between the two looks is one more.
	case $shown in
	"$(cat /tmp/inside)"* | *"$(cat /tmp/inside)") return 0 ;;
	esac
	echo "history: $shown"
	echo "the dump: $(cat /tmp/inside)"
	return 1
}

# Runs while the tasks of the test before are still there.
crosses_the_active_threshold_alone() {
	local text result=0
	echo 0 >$knobs/cooldown_ms
	echo 5 >$knobs/active_threshold
	expect_match "poll" '^woken ' "$(act wait $knobs/last_id 8000)" || result=1
	echo 0 >$knobs/active_threshold
	echo 20000 >$knobs/cooldown_ms
	text=$(cat $device | newest)
	expect_match "the trigger" '^trigger kind=active reason="active (9|1[0-4]) >= 5" cause=' "$text" || result=1
	rmmod known_stack
	stop_vfork_parents
	# The average is still high now, and nobody is there any more.
	sleep 1
	text=$(take "after the burst")
	expect_match "the cause" ' cause=decaying$' "$text" || result=1
	return $result
}

# after_tick: waits for a load tick and for the dump that it may bring. Leaves what the module saw at it: the
# active tasks in $active, the average, in hundredths, in $average, the newest dump's id in $last.
after_tick() {
	act ticks $knobs 1 >/dev/null
	sleep 0.5
	last=$(cat $knobs/last_id)
	read -r active average <<-TICK
		$(tail -n 1 $knobs/history | awk '{ printf "%d %.0f", $2, $3 * 100 }')
	TICK
}

hundredths() { printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100)); }

# Nobody is left of a burst, and the average falls by a twelfth at each tick. A load that rises again has its
# cause with it, and would take a dump whether or not the crossing is the old one: so the cooldown holds that
# one back, and is taken away when the cause has gone once more. A crossing that was forgotten would be a new
# one then. The crowd is many times what else may want to run at a tick.
repeats_no_dump_of_an_echo() {
	local result=0 active average last before threshold ticks=0
	insmod /known_stack.ko park=0 crowd=100 || return 1
	after_tick
	rmmod known_stack
	threshold=$((average * 3 / 4))
	before=$last
	echo 0 >$knobs/cooldown_ms
	hundredths $threshold >$knobs/threshold
	after_tick
	expect "the crossing at $(hundredths $threshold): dumps" 1 $((last - before)) || result=1
	expect_match "the trigger" "^trigger kind=threshold reason=\"load .* >= $(hundredths $threshold)\" cause=decaying\$" \
		"$(cat $device | newest)" || result=1
	before=$last
	while after_tick; [ $average -ge $threshold ] && [ $ticks -lt 6 ]; do
		ticks=$((ticks + 1))
		expect "tick $ticks of the echo, $active active, load $(hundredths $average): dumps" 0 $((last - before)) || result=1
		before=$last
	done
	[ $ticks -ge 1 ] || { echo "above the threshold at $ticks ticks: the test proved nothing"; result=1; }
	# By less than a tenth.
	[ $average -lt $threshold ] && [ $average -ge $((threshold - threshold / 10)) ] ||
		{ echo "load $(hundredths $average) at a threshold of $(hundredths $threshold): the test proved nothing"; result=1; }
	echo 3600000 >$knobs/cooldown_ms
	insmod /known_stack.ko park=0 crowd=100 || result=1
	after_tick
	[ $average -ge $threshold ] || { echo "load $(hundredths $average): it did not rise again"; result=1; }
	rmmod known_stack
	echo 0 >$knobs/cooldown_ms
	after_tick
	[ $average -ge $threshold ] || { echo "load $(hundredths $average): it did not stay above"; result=1; }
	expect "from just below $(hundredths $threshold) to $(hundredths $average), $active active: dumps" 0 $((last - before)) || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	[ $result = 0 ] || tail -n 10 $knobs/history
	return $result
}

refuses_bad_values() {
	local result=0 knob value before
	for knob in threshold active_threshold cooldown_ms min_spacing_ms interval_ms; do
		before=$(cat $knobs/$knob)
		for value in '' '\n' ' ' -1 +1 '1 ' ' 1' 0x10 1e3 abc '1\n2' '1\n\n' '\x00' '1\x00' '1\x002' '\xff' \
			99999999999999999999 18446744073709551617 4294967297 '1,5' '١'; do
			# An empty write never reaches the module.
			[ -n "$value" ] || continue
			expect "$knob: writing '$value'" EINVAL "$(act write $knobs/$knob "$value")" || result=1
			expect "$knob after '$value'" "$before" "$(cat $knobs/$knob)" || result=1
		done
	done
	for value in . 1. .5 1.234 1..2 1.2.3 -0.5 4.0a 10000000 1.5\ ; do
		expect "threshold: writing '$value'" EINVAL "$(act write $knobs/threshold "$value")" || result=1
	done
	for knob in active_threshold cooldown_ms min_spacing_ms interval_ms; do
		expect "$knob: writing 1.5" EINVAL "$(act write $knobs/$knob 1.5)" || result=1
	done
	expect "interval_ms: writing 0" EINVAL "$(act write $knobs/interval_ms 0)" || result=1
	expect "interval_ms: writing 1001" EINVAL "$(act write $knobs/interval_ms 1001)" || result=1
	expect "threshold is still" 0.00 "$(cat $knobs/threshold)" || result=1
	# More than a page reaches the module in pages, and the first page of this one is a good 0.
	for knob in threshold active_threshold cooldown_ms min_spacing_ms interval_ms trigger; do
		before=$(cat $knobs/$knob 2>/dev/null)
		for value in $(printf '%064d' 1) $(printf '%05000d' 1) $(printf '%04096d' 9 | tr 0 9); do
			expect "$knob: writing ${#value} digits" EINVAL "$(act write $knobs/$knob "$value")" || result=1
		done
		# Nothing reaches the module, and nothing changes.
		expect "$knob: writing nothing" OK "$(act write $knobs/$knob '')" || result=1
		expect "$knob after that" "$before" "$(cat $knobs/$knob 2>/dev/null)" || result=1
	done
	before=$(cat /sys/module/load_monitor/parameters/printk)
	for value in '\n' perhaps -1 2 '\x00' '\xff' $(printf '%05000d' 2 | tr 0 2); do
		expect "printk: writing '$value'" EINVAL "$(act write /sys/module/load_monitor/parameters/printk "$value")" || result=1
		expect "printk after that" "$before" "$(cat /sys/module/load_monitor/parameters/printk)" || result=1
	done
	for knob in last_id tasks history stats/refused stats/dumps_manual; do
		! (echo 1 >$knobs/$knob) 2>/dev/null || { echo "$knob can be written"; result=1; }
	done
	! (echo 1 >$device) 2>/dev/null || { echo "the device can be written"; result=1; }
	return $result
}

takes_good_values() {
	local result=0 pair
	for pair in 4=4.00 4.5=4.50 '37.25\n=37.25' 0.05=0.05 9999999=9999999.00 0=0.00; do
		expect "threshold: writing '${pair%=*}'" OK "$(act write $knobs/threshold "${pair%=*}")" || result=1
		expect "threshold after '${pair%=*}'" "${pair#*=}" "$(cat $knobs/threshold)" || result=1
	done
	for pair in cooldown_ms=86400000 cooldown_ms=20000 interval_ms=1 interval_ms=10 active_threshold=10000000 \
		active_threshold=0 min_spacing_ms=3600000 min_spacing_ms=0; do
		expect "$pair" OK "$(act write $knobs/${pair%=*} "${pair#*=}")" || result=1
		expect "${pair%=*}" "${pair#*=}" "$(cat $knobs/${pair%=*})" || result=1
	done
	return $result
}

checks_the_reason() {
	local result=0 value text before refused
	local longest=123456789012345678901234567890123456789012345678901234567890123
	before=$(cat $knobs/last_id)
	refused=$(cat $knobs/stats/refused)
	for value in '\n' "${longest}4" 'tab\x09' 'two\nlines' 'bell\x07' 'caf\xc3\xa9' 'nul\x00' '\x7f' 'x\n\n'; do
		expect "writing '$value'" EINVAL "$(act write $knobs/trigger "$value")" || result=1
	done
	expect "no dump was taken" "$before" "$(cat $knobs/last_id)" || result=1
	expect "they were counted" $((refused + 9)) "$(cat $knobs/stats/refused)" || result=1
	text=$(take "$longest")
	expect_match "63 characters" "^trigger kind=manual reason=\"$longest\" cause=" "$text" || result=1
	text=$(take 'with newline\n')
	expect_match "echo's newline" '^trigger kind=manual reason="with newline" cause=' "$text" || result=1
	text=$(take 'say "hi" \\ = x')
	expect_match "quotes and backslashes" '^trigger kind=manual reason="say \\"hi\\" \\\\ = x" cause=' "$text" || result=1
	return $result
}

spaces_manual_dumps() {
	local result=0 before
	sleep 1.1
	echo 1000 >$knobs/min_spacing_ms
	before=$(cat $knobs/last_id)
	expect "first" OK "$(act write $knobs/trigger first)" || result=1
	expect "second" EAGAIN "$(act write $knobs/trigger second)" || result=1
	sleep 1.1
	expect "third" OK "$(act write $knobs/trigger third)" || result=1
	expect "dumps" $((before + 2)) "$(cat $knobs/last_id)" || result=1
	echo 0 >$knobs/min_spacing_ms
	return $result
}

# counted TEXT KEY: the sum over all lines.
counted() { printf '%s\n' "$1" | sed "s/.*$2=\([0-9]*\).*/\1/" | awk '{ sum += $1 } END { print sum }'; }

# Every dump has the function at which it is held here, whether there are stacks to name or not.
refuses_while_a_dump_is_held() {
	local result=0 held=/sys/module/slow_names/parameters/state before refused dumping
	insmod /slow_names.ko symbol=lm_report_write || return 1
	apart 2
	before=$(cat $knobs/last_id)
	refused=$(cat $knobs/stats/refused)
	echo 1 >$held
	act write $knobs/trigger "held" >/tmp/held &
	dumping=$!
	wait_for 2 grep -qx 2 $held || { echo "no dump is held"; result=1; }
	expect "while one is taken" "ok=0 busy=30 early=0 other=0" "$(act many $knobs/trigger 30)" || result=1
	expect "dumps meanwhile" $before "$(cat $knobs/last_id)" || result=1
	grep -qx 2 $held || { echo "the dump did not wait"; result=1; }
	echo 0 >$held
	wait $dumping
	together
	rmmod slow_names
	expect "the one that is taken" OK "$(cat /tmp/held)" || result=1
	expect "dumps" $((before + 1)) "$(cat $knobs/last_id)" || result=1
	expect "refused" $((refused + 30)) "$(cat $knobs/stats/refused)" || result=1
	return $result
}

takes_one_dump_at_a_time() {
	local result=0 before text pids= writer
	refuses_while_a_dump_is_held || result=1
	# Whoever comes at any moment is served or refused, and none is lost.
	before=$(cat $knobs/last_id)
	rm -f /tmp/many.*
	for writer in 1 2 3 4 5 6 7 8; do
		act many $knobs/trigger 30 >/tmp/many.$writer &
		pids="$pids $!"
	done
	wait $pids
	text=$(cat /tmp/many.*)
	expect "answers" 240 $(($(counted "$text" ok) + $(counted "$text" busy))) || result=1
	expect "dumps" "$(counted "$text" ok)" $(($(cat $knobs/last_id) - before)) || result=1
	expect_no_match "other errors" '(early|other)=[1-9]' "$text" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

escapes_hostile_names() {
	local result=0 text
	spin 'a\nend id=1 tasks' 1
	spin 'quote" \\ back' 1
	spin '\x1b[31m\x07\x7f\x01' 1
	spin '\xff\xfe\xc3\x28\xe2\x82' 1
	spin ')(\x09 )R 1 2 3' 1
	spin '\ntask pid=1' 1
	spin '\nload_monitor d' 1
	text=$(take "hostile names")
	stop_spinning
	printf '%s\n' "$text" >/tmp/hostile
	# In the patterns: a backslash of the dump is \\.
	expect_match "newline" ' comm="a\\nend id=1 task"$' "$text" || result=1
	expect_match "quote and backslash" ' comm="quote\\" \\\\ back"$' "$text" || result=1
	expect_match "control characters" ' comm="\\x1b\[31m\\x07\\x7f\\x01"$' "$text" || result=1
	expect_match "invalid UTF-8" ' comm="\\xff\\xfe\\xc3\(\\xe2\\x82"$' "$text" || result=1
	expect_match "parentheses and a tab" ' comm="\)\(\\x09 \)R 1 2 3"$' "$text" || result=1
	expect_match "a task line" ' comm="\\ntask pid=1"$' "$text" || result=1
	expect_match "a header" ' comm="\\nload_monitor d"$' "$text" || result=1
	expect "footers" 1 "$(printf '%s\n' "$text" | grep -c '^end ')" || result=1
	expect "headers" 1 "$(printf '%s\n' "$text" | grep -c '^load_monitor ')" || result=1
	expect "bytes that are not printable ASCII" 0 "$(LC_ALL=C tr -d '\n -~' </tmp/hostile | wc -c)" || result=1
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/hostile)" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

reads_the_same_in_any_size() {
	local result=0 size
	act read $device 1048576 >/tmp/whole
	[ "$(wc -c </tmp/whole)" -gt 20000 ] || { echo "only $(wc -c </tmp/whole) bytes"; return 1; }
	for size in 1 7 4095 4096 4097; do
		act read $device $size >/tmp/pieces
		cmp /tmp/whole /tmp/pieces || { echo "reads of $size bytes differ"; result=1; }
	done
	return $result
}

adds_up() {
	local text
	text=$(awk -f /dump.awk /tmp/whole)
	expect_match "dumps" '^dumps [1-9][0-9]$' "$text" || return 1
	expect "what does not add up" 1 "$(printf '%s\n' "$text" | wc -l)" || { printf '%s\n' "$text"; return 1; }
}

serves_several_readers() {
	local result=0 reader pids= text
	insmod /known_stack.ko park=0 crowd=10 || return 1
	spin busy 1
	for reader in 1 2 3 4 5 6; do
		# Slow and quick ones, over and over while dumps are taken.
		(
			size=$((reader * reader * reader * 40))
			for turn in 1 2 3 4 5; do
				act read $device $size >/tmp/reader.$reader 2>/tmp/error.$reader ||
					grep -q 'Broken pipe' /tmp/error.$reader || exit 1
				awk -f /dump.awk /tmp/reader.$reader | grep -v '^dumps' >>/tmp/wrong.$reader
			done
			exit 0
		) &
		pids="$pids $!"
	done
	act many $knobs/trigger 60 >/dev/null
	for pid in $pids; do
		wait $pid || { echo "a reader failed"; result=1; }
	done
	text=$(cat /tmp/wrong.* /tmp/error.* 2>/dev/null | grep -v 'Broken pipe')
	expect "what does not add up" "" "$text" || result=1
	stop_spinning
	rmmod known_stack
	rm -f /tmp/reader.* /tmp/wrong.* /tmp/error.*
	return $result
}

tells_an_overtaken_reader_once() {
	local result=0
	rmmod load_monitor
	load_module ring=4 || return 1
	take "the first" >/dev/null
	act overtake $device $knobs/trigger 10 >/tmp/overtaken || return 1
	expect "told" 1 "$(grep -c 'EPIPE' /tmp/overtaken)" || result=1
	sed '/^\[EPIPE\]$/d' /tmp/overtaken >/tmp/dumps
	expect "what does not add up" "dumps 5" "$(awk -f /dump.awk /tmp/dumps)" || result=1
	expect "ids" "1 8 9 10 11 " "$(sed -n 's/^load_monitor dump .* id=\([0-9]*\) .*/\1/p' /tmp/dumps | tr '\n' ' ')" || result=1
	expect "the ring" "dumps 4" "$(cat $device | awk -f /dump.awk)" || result=1
	[ $result = 0 ] || cat /tmp/overtaken
	return $result
}

wakes_pollers_of_last_id() {
	local result=0 next poller
	next=$(($(cat $knobs/last_id) + 1))
	act wait $knobs/last_id 5000 >/tmp/poll &
	poller=$!
	sleep 0.5
	act write $knobs/trigger poll >/dev/null
	wait $poller
	expect "poll" "woken $next" "$(cat /tmp/poll)" || result=1
	expect "poll without a dump" "timeout $next" "$(act wait $knobs/last_id 700)" || result=1
	return $result
}

wakes_readers_of_the_device() {
	local result=0 poller
	act tail $device 5000 >/tmp/tail &
	poller=$!
	sleep 0.5
	act write $knobs/trigger tail >/dev/null
	wait $poller
	expect "at the end, then poll" "0 1" "$(head -n 2 /tmp/tail | tr '\n' ' ' | sed 's/ $//')" || result=1
	expect "the new dump" "dumps 1" "$(tail -n +3 /tmp/tail | awk -f /dump.awk)" || result=1
	expect_match "its reason" 'reason="tail"' "$(cat /tmp/tail)" || result=1
	expect "poll without a dump" "0 0" "$(act tail $device 500 | tr '\n' ' ' | sed 's/ $//')" || result=1
	return $result
}

seeks_to_both_ends() { expect "seeks" "same 0 EINVAL ESPIPE" "$(act seek $device)"; }

lets_only_administrators_in() {
	local result=0
	expect "with the device's mode" EACCES "$(act open $device 1000)" || result=1
	chmod 444 $device
	expect "without the capability" EPERM "$(act open $device 1000)" || result=1
	chmod 400 $device
	expect "the tasks file" OK "$(act open $knobs/tasks 1000)" || result=1
	expect "root" OK "$(act open $device 0)" || result=1
	return $result
}

lets_a_group_read() {
	local result=0
	rmmod load_monitor
	load_module gid=1234 || return 1
	expect "mode, owner and group" "440 0 1234" "$(stat -c '%a %u %g' $device)" || result=1
	expect "the parameter" 1234 "$(cat /sys/module/load_monitor/parameters/gid)" || result=1
	expect "a member" OK "$(act open $device 1000 1234)" || result=1
	expect "somebody else" EACCES "$(act open $device 1000 1000)" || result=1
	expect "a member writes to trigger" EACCES "$(act write $knobs/trigger member 1000 1234)" || result=1
	chmod 444 $device
	expect "somebody else in spite of the mode" EPERM "$(act open $device 1000 1000)" || result=1
	expect "root" OK "$(act open $device 0 0)" || result=1
	rmmod load_monitor
	load_module || return 1
	expect "mode, owner and group without it" "400 0 0" "$(stat -c '%a %u %g' $device)" || result=1
	expect "the parameter without it" none "$(cat /sys/module/load_monitor/parameters/gid)" || result=1
	expect "a member without it" EACCES "$(act open $device 1000 1234)" || result=1
	return $result
}

refuses_to_unload_while_open() {
	exec 7<$device
	! rmmod load_monitor 2>/dev/null || { echo "it was unloaded"; return 1; }
	exec 7<&-
}

counts_what_it_leaves_out() {
	local result=0 text
	rmmod load_monitor
	load_module max_tasks=16 || return 1
	insmod /known_stack.ko park=0 crowd=20 || return 1
	text=$(take "too many")
	# On a slow host kernel threads want to run, too; that the numbers add up is checked below.
	expect_match "the counts" '^count .* uninterruptible=2[0-9] .* captured=16 .* truncated=[1-9]' "$text" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	expect "the statistic" "$(counted "$(printf '%s\n' "$text" | grep '^count ')" truncated)" \
		"$(cat $knobs/stats/truncated)" || result=1
	rmmod load_monitor
	# So little room that the text of one dump does not fit.
	load_module buffer_kb=64 || return 1
	text=$(take "fits")
	expect "those in D" 20 "$(printf '%s\n' "$text" | grep -c '^task .* comm="known-crowd"')" || result=1
	expect_match "the counts" ' truncated=0 ' "$text" || result=1
	act many $knobs/trigger 40 >/dev/null
	expect "what does not add up" "" "$(awk -f /dump.awk $device | grep -v '^dumps [1-9]')" || result=1
	expect_no_match "the oldest dump" ' id=1 ' "$(head -n 1 $device)" || result=1
	expect "none is lost" 0 "$(cat $knobs/stats/lost)" || result=1
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

cuts_off_at_a_record() {
	local result=0 text captured truncated
	# 64 KiB for about 150 bytes a task.
	gather 498 || return 1
	# A stack that comes too late to be printed.
	vfork_parents 1 || result=1
	text=$(take "too much text")
	captured=$(printf '%s\n' "$text" | sed -n 's/^count .* captured=\([0-9]*\) .*/\1/p')
	truncated=$(printf '%s\n' "$text" | sed -n 's/^count .* truncated=\([0-9]*\) .*/\1/p')
	[ "${truncated:-0}" -gt 0 ] || { echo "nothing was cut off: captured $captured"; result=1; }
	expect_no_match "the stack that came too late" vfork "$text" || result=1
	[ $((captured + truncated)) -ge 501 ] || { echo "captured $captured, truncated $truncated"; result=1; }
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	stop_vfork_parents
	scatter
	return $result
}

# value LINE KEY: what a record says.
value() { printf '%s\n' "$1" | sed -n "s/^[^\"]* $2=\([^ ]*\).*/\1/p" | head -n 1; }

# record TEXT KIND
record() { printf '%s\n' "$1" | grep "^$2 " | head -n 1; }

# is_between WHAT LEAST MOST GOT
is_between() {
	[ -n "$4" ] && [ "$4" -ge "$2" ] && [ "$4" -le "$3" ] && return 0
	echo "$1: expected $2 to $3, got '$4'"
	return 1
}

averages() { cut -d ' ' -f 1-3 /proc/loadavg; }

# tells_of_the_host: a dump into $text, between $before and $after, hundredths of a second.
tells_of_the_host() {
	local result=0 earlier later load wall
	earlier="$(averages)"
	wall=$(date +%s)
	before=$(uptime_cs)
	text=$(take "the truth")
	after=$(uptime_cs)
	later="$(averages)"
	load=$(record "$text" load)
	load="$(value "$load" avg1) $(value "$load" avg5) $(value "$load" avg15)"
	[ "$load" = "$earlier" ] || expect "averages, '$earlier' before" "$later" "$load" || result=1
	# The clock that date looks at lags by a jiffy.
	is_between "wall" $wall $(($(date +%s) + 1)) \
		"$(date -u -d "$(value "$(record "$text" time)" wall | sed 's/T/ /; s/\..*//')" +%s)" || result=1
	expect "boot_id" "$(cat /proc/sys/kernel/random/boot_id)" "$(value "$(record "$text" load_monitor)" boot_id)" || result=1
	expect "release" "$(uname -r)" "$(value "$(record "$text" load_monitor)" release)" || result=1
	expect "cpus" "$(nproc)" "$(value "$(record "$text" load)" cpus)" || result=1
	return $result
}

# tells_of_the_task PID EARLIEST LATEST: its sleep began between these two times, in hundredths of a second.
tells_of_the_task() {
	local result=0 line ticks
	line=$(printf '%s\n' "$text" | grep "^task pid=$1 ")
	ticks=$(cut -d ' ' -f 22 /proc/$1/stat)
	expect "$1: tgid" $1 "$(value "$line" tgid)" || result=1
	expect "$1: ppid" "$(sed -n 's/^PPid:[^0-9]*//p' /proc/$1/status)" "$(value "$line" ppid)" || result=1
	expect "$1: cpu" "$(cut -d ' ' -f 39 /proc/$1/stat)" "$(value "$line" cpu)" || result=1
	# It sleeps, so there are none meanwhile.
	expect "$1: switches" "$(awk '/ctxt_switches:/ { sum += $2 } END { print sum }' /proc/$1/status)" \
		"$(value "$line" switches)" || result=1
	# The kernel takes the two one after the other, and the next hundredth may begin in between.
	is_between "$1: start_ns in hundredths" $((ticks - 1)) $ticks "$(($(value "$line" start_ns) / 10000000))" || result=1
	# A little for the scheduler's clock, which is another one.
	is_between "$1: since_ms" $(((before - $3) * 10 - 100)) $(((after - $2) * 10 + 100)) "$(value "$line" since_ms)" || result=1
	return $result
}

tells_the_truth() {
	local result=0 text before after pid earliest asleep
	rm -f /tmp/asleep
	# One that sleeps for longer, and has seen more, than the other.
	for _ in 1 2; do
		earliest=$(uptime_cs)
		vfork_parents 1 || return 1
		echo "${forking##* } $earliest $(uptime_cs)" >>/tmp/asleep
		sleep 1.2
	done
	tells_of_the_host || result=1
	while read -r pid earliest asleep; do
		tells_of_the_task $pid $earliest $asleep || result=1
	done </tmp/asleep
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	stop_vfork_parents
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# in_dumps PROGRAM: what awk counts in all dumps that there are, of which none is cut off.
in_dumps() { cat $device | awk "$1"; }

# of_kind KIND: so many dumps.
of_kind() { in_dumps '/^trigger kind='$1' / { n++ } END { print n + 0 }'; }

has_kind() { [ "$(of_kind $1)" -gt 0 ]; }

# longest KEY: the greatest one in the dumps; newest_of KEY: the one of the newest.
longest() { in_dumps '/^cost / { match($0, / '$1'=[0-9]+/); n = substr($0, RSTART + length("'$1'") + 2, RLENGTH) + 0; if (n > most) most = n }
	END { printf "%.0f\n", most }'; }

newest_of() { value "$(cat $device | grep '^cost ' | tail -n 1)" $1; }

# Until the last dump is one that set no record, which a lazy count would take for one.
ends_without_a_record() {
	for _ in $(seq 20); do
		[ "$(newest_of capture_ns)" -lt "$(longest capture_ns)" ] &&
			[ "$(newest_of irq_off_max_ns)" -lt "$(longest irq_off_max_ns)" ] && return 0
		take "no record" >/dev/null || return 1
		manual=$((manual + 1))
	done
	echo "the last of 20 dumps is always the longest"
	return 1
}

# What the module counts is what is in the dumps; all of them are still there. No number is known from before:
# the load of the tests above may cross the default threshold just after loading.
counts_its_dumps() {
	local result=0 manual=2 kind shared
	rmmod load_monitor
	load_module || return 1
	expect "refused at the beginning" 0 "$(cat $knobs/stats/refused)" || result=1
	expect "dumps_manual at the beginning" 0 "$(cat $knobs/stats/dumps_manual)" || result=1
	vfork_parents 3 || result=1
	take "one" >/dev/null || result=1
	take "two" >/dev/null || result=1
	echo 0 >$knobs/cooldown_ms
	echo 2 >$knobs/active_threshold
	wait_for 8 has_kind active || result=1
	echo 0 >$knobs/active_threshold
	# What three tasks add at one tick is more.
	echo 0.01 >$knobs/threshold
	wait_for 8 has_kind threshold || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	stop_vfork_parents
	ends_without_a_record || result=1
	expect "writing a bad reason" EINVAL "$(act write $knobs/trigger 'tab\x09')" || result=1
	echo 60000 >$knobs/min_spacing_ms
	expect "writing too early" EAGAIN "$(act write $knobs/trigger early)" || result=1
	echo 0 >$knobs/min_spacing_ms
	expect "refused" 2 "$(cat $knobs/stats/refused)" || result=1
	expect "manual dumps" $manual "$(of_kind manual)" || result=1
	for kind in manual threshold active; do
		[ "$(of_kind $kind)" -gt 0 ] || { echo "no dump of kind=$kind"; result=1; }
		expect "dumps_$kind" "$(of_kind $kind)" "$(cat $knobs/stats/dumps_$kind)" || result=1
	done
	shared=$(in_dumps '/^stack / { n-- } /^task .* stack=[1-9]/ { n++ } END { print n + 0 }')
	! sleepers_have_stacks || [ "$shared" -ge 8 ] || { echo "only $shared shared stacks of 3 tasks in 4 dumps"; result=1; }
	expect "stacks_deduplicated" "$shared" "$(cat $knobs/stats/stacks_deduplicated)" || result=1
	expect "last_capture_ns" "$(newest_of capture_ns)" "$(cat $knobs/stats/last_capture_ns)" || result=1
	expect "longest_capture_ns" "$(longest capture_ns)" "$(cat $knobs/stats/longest_capture_ns)" || result=1
	expect "longest_irq_off_ns" "$(longest irq_off_max_ns)" "$(cat $knobs/stats/longest_irq_off_ns)" || result=1
	expect "truncated and lost" "0 0" "$(cat $knobs/stats/truncated) $(cat $knobs/stats/lost)" || result=1
	[ $result = 0 ] || cat $device | grep -E '^(trigger|count|cost|stack|task) '
	return $result
}

# keep REASON: a dump and a reader that holds on to it, with its pid in $kept.
kept=
keep() {
	: >/tmp/keep
	act keep $knobs/trigger $device "$1" >/tmp/keep 2>&1 &
	kept="$kept $!"
	wait_for 10 test -s /tmp/keep
	expect "$1" kept "$(cat /tmp/keep)"
}

# let_go PID...: of their dumps.
let_go() {
	kill -9 "$@" 2>/dev/null
	wait "$@" 2>/dev/null
	return 0
}

# has_lost WHAT LOST LAST_ID MANUAL: there is no room for a dump, and it leaves nothing but a count.
has_lost() {
	local result=0
	expect "$1" ENOSPC "$(act write $knobs/trigger 'no room')" || result=1
	expect "$1: lost" $2 "$(cat $knobs/stats/lost)" || result=1
	expect "$1: last_id" $3 "$(cat $knobs/last_id)" || result=1
	expect "$1: dumps_manual" $4 "$(cat $knobs/stats/dumps_manual)" || result=1
	expect "$1: refused" 0 "$(cat $knobs/stats/refused)" || result=1
	return $result
}

# of_count KEY: in the newest dump.
of_count() { value "$(cat $device | newest | grep '^count ')" $1; }

# 16 chunks of 4 KiB. A dump begins only when it has 4 for its header and one for its footer, and 200 tasks
# take 6 to 10 more, whatever the kernel's numbers look like. So the first one fits, to the second one the
# first leaves 5 to 9, and the two together less than 5. What a dump does not need is given back.
runs_out_of_memory() {
	local result=0 first
	rmmod load_monitor
	load_module buffer_kb=64 || return 1
	gather 198 || return 1
	first=$(($(cat $knobs/last_id) + 1))
	keep "fits" || result=1
	expect "fits: truncated" 0 "$(of_count truncated)" || result=1
	keep "cut off" || result=1
	[ "$(of_count truncated)" -gt 0 ] || { echo "nothing was cut off: $(cat $device | grep '^count ')"; result=1; }
	expect "cut off: lost_dumps" 0 "$(of_count lost_dumps)" || result=1
	expect "cut off: what does not add up" "dumps 1" "$(cat $device | newest | awk -f /dump.awk)" || result=1
	has_lost "two dumps held" 1 $((first + 1)) 2 || result=1
	# Not even one without tasks.
	scatter
	has_lost "two dumps held, no tasks" 2 $((first + 1)) 2 || result=1
	let_go ${kept##* }
	expect_match "one dump held" "^load_monitor dump .* id=$((first + 2)) " "$(take "one held")" || result=1
	expect "one dump held: lost_dumps" 2 "$(of_count lost_dumps)" || result=1
	let_go $kept
	kept=
	act many $knobs/trigger 40 >/tmp/many
	expect "nobody holds any" "ok=40 busy=0 early=0 other=0" "$(cat /tmp/many)" || result=1
	expect "nobody holds any: lost_dumps" 2 "$(of_count lost_dumps)" || result=1
	expect "nobody holds any: lost" 2 "$(cat $knobs/stats/lost)" || result=1
	expect "what does not add up" 0 "$(cat $device | awk -f /dump.awk | grep -vc '^dumps [1-9]')" || result=1
	return $result
}

# Memory there is, but 32 dumps and as many as the ring has are all that are told apart.
runs_out_of_dumps() {
	local result=0 first
	rmmod load_monitor
	load_module ring=2 || return 1
	first=$(($(cat $knobs/last_id) + 1))
	while [ $(($(cat $knobs/last_id) + 1)) -lt $((first + 34)) ]; do
		keep "reader $(cat $knobs/last_id)" || { result=1; break; }
	done
	has_lost "34 dumps held" 1 $((first + 33)) 34 || result=1
	let_go ${kept##* }
	expect_match "33 dumps held" ' lost_dumps=1 ' "$(take "33 held")" || result=1
	let_go $kept
	kept=
	expect_match "nobody holds any" ' lost_dumps=1 ' "$(take "free")" || result=1
	return $result
}

says_when_there_is_no_room() {
	local result=0
	runs_out_of_memory || result=1
	runs_out_of_dumps || result=1
	return $result
}

prints_to_the_log() {
	local result=0
	rmmod load_monitor
	load_module printk=1 || return 1
	clear_log
	take "to the log" >/tmp/dump
	sleep 0.5
	dmesg | sed -n 's/^\[[^]]*\] load_monitor: //p' >/tmp/log
	cmp /tmp/dump /tmp/log || result=1
	rmmod load_monitor
	load_module
	return $result
}

is_clean_in_the_log() { has_clean_log && has_no_call_trace; }

check "loads with one line and its defaults" loads_with_one_line
check "unloads with one line and leaves nothing" unloads_with_one_line
check "refuses unfit parameters" refuses_unfit_parameters
load_module
check "has no idle worker, and not itself, at rest" is_empty_at_rest
check "knows the stacks of parked threads frame by frame" knows_parked_threads
check "leaves out sleepers that are no load" leaves_out_what_is_no_load
# Before the tests with hundreds of tasks: their echo in the average lasts for minutes.
check "takes a dump by itself when the load crosses the threshold" crosses_the_threshold_alone
check "takes a dump by itself at a number of active tasks" crosses_the_active_threshold_alone
check "repeats no dump while the load decays, and none within the hysteresis" repeats_no_dump_of_an_echo
check "says when a stack is not whole" says_when_a_stack_is_not_whole
check "prints no stack of another sleep" prints_no_stack_of_another_sleep
check "believes no name of a module that went" believes_no_name_of_a_module_that_went
check "believes no name in modules when one went" believes_no_name_in_modules_when_one_went
check "knows the stack of a thread that spins on a CPU" knows_a_spinning_thread
check "names a CPU that does not answer" names_a_cpu_that_does_not_answer
check "goes on while a CPU goes off line" goes_on_without_hotplug
check "looks for no file in sysfs when a dump is there" looks_for_no_file_in_sysfs
check "leaves return probes alone" leaves_return_probes_alone
check "finds vfork parents in D" finds_vfork_parents
check "finds the writer to a frozen file system" finds_a_frozen_filesystem
check "finds the reader of a suspended dm device" finds_the_reader_of_a_suspended_disk
check "finds the reader of a slow disk" finds_the_reader_of_a_slow_disk
check "names the cgroup" has_cgroup
check "agrees with the averages from 0 to 64 tasks" agrees_with_the_averages
check "keeps the phase of the load ticks over a stopped CPU" keeps_the_phase_over_a_stopped_cpu
check "has the history in every dump" has_the_history_in_every_dump
check "refuses bad values and keeps the old one" refuses_bad_values
check "takes good values" takes_good_values
check "checks the reason" checks_the_reason
check "spaces manual dumps" spaces_manual_dumps
check "takes one dump at a time" takes_one_dump_at_a_time
check "escapes hostile names" escapes_hostile_names
check "reads the same in any size" reads_the_same_in_any_size
check "adds up in every dump" adds_up
check "serves several readers while dumps are taken" serves_several_readers
check "tells an overtaken reader once" tells_an_overtaken_reader_once
check "wakes pollers of last_id" wakes_pollers_of_last_id
check "wakes readers of the device" wakes_readers_of_the_device
check "seeks to both ends" seeks_to_both_ends
check "lets only administrators in" lets_only_administrators_in
check "lets a group read" lets_a_group_read
check "refuses to unload while it is open" refuses_to_unload_while_open
check "counts what it leaves out" counts_what_it_leaves_out
check "cuts off at a record" cuts_off_at_a_record
check "counts the tasks whose stacks find no room" counts_stacks_without_room
check "tells the truth about a task and its host" tells_the_truth
check "counts its dumps in stats" counts_its_dumps
check "says when a dump found no room" says_when_there_is_no_room
check "prints to the kernel log on request" prints_to_the_log
check "is clean in the kernel log" is_clean_in_the_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
