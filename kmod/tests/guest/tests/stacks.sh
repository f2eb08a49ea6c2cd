# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# Stacks, and the names in them. To be sourced by tests.sh.

knows_parked_threads() {
	local text result=0
	insmod /known_stack.ko || return 1
	# A kernel thread may wait for an RCU grace period after a module was loaded.
	wait_for 10 shows '^count .* uninterruptible=2 ' "known stacks"
	expect "frames of known-d" "known_inner known_middle known_outer known_thread kthread " \
		"$(frames_of "$text" known-d)" || result=1
	expect "frames of known-killable" "known_inner known_middle known_outer known_thread kthread " \
		"$(frames_of "$text" known-killable)" || result=1
	expect_match "the module's name in the frame" '^  known_inner\+0x.*\[known_stack\]$' "$text" || result=1
	# Not always the first: any kernel thread may want to run at that moment.
	expect_match "one stack for both" "^stack id=$(stack_of "$text" known-d) tasks=2\$" "$text" || result=1
	expect "the stack of known-killable" "$(stack_of "$text" known-d)" "$(stack_of "$text" known-killable)" || result=1
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

# Deeper than there is room for, or with an end that the unwinder does not find: what there is, and marked.
says_when_a_stack_is_not_whole() {
	local text result=0
	insmod /known_stack.ko park=0 deep=1 || return 1
	text=$(take "too deep")
	rmmod known_stack
	expect_match "too deep" '^task .* state=D on=sleep .* stack=[1-9][0-9]* flags=partial .*comm="known-deep"' "$text" || result=1
	expect_match "the counts" '^count .* partial=1 ' "$text" || result=1
	expect "its functions" "known_deep known_inner " "$(frames_of "$text" known-deep | tr ' ' '\n' | grep . | sort -u | tr '\n' ' ')" || result=1
	insmod /known_stack.ko park=0 deep=1 deep_frames=40 || return 1
	text=$(take "not too deep")
	rmmod known_stack
	expect_stack "not too deep" known-deep "$text" || result=1
	expect_match "the counts" '^count .* partial=0 ' "$text" || result=1
	expect "its functions" "41 known_thread kthread" \
			"$(frames_of "$text" known-deep | awk '{ for (i = 1; i <= NF; i++) n += $i == "known_deep"; print n, $(NF - 1), $NF }')" || result=1
	insmod /known_stack.ko park=0 lost=1 || return 1
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

# hop_dump: the newest dump, in which threads hop: a line each time that one of them is in it, with its stack behind it.
hop_dump() {
	cat $device | newest >/tmp/dump
	awk '
		/^stack / { id = $2; sub(/id=/, "", id); next }
		/^  / { frames[id] = frames[id] " " $1; next }
		/ comm="known-hop"$/ { match($0, / stack=[0-9]+/); print $0 frames[substr($0, RSTART + 7, RLENGTH - 7)] }
	' /tmp/dump >>/tmp/hops
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)"
}

# hop_held_dump: held after everybody was seen and before the first stack is read, for as long as two hops take at least.
hop_held_dump() {
	local held=/sys/module/slow_names/parameters/state dumping result=0
	echo 1 >$held
	act write $knobs/trigger "hop" >/tmp/held &
	dumping=$!
	wait_for 5 grep -qx 2 $held || { echo "no dump was held"; result=1; }
	sleep 0.1
	echo 0 >$held
	wait $dumping
	expect "writing to trigger" OK "$(cat /tmp/held)" || result=1
	hop_dump || result=1
	return $result
}

# Threads that sleep in D in one function and in S in another by turns. Fast hops would stop a slow guest, and slow ones
# prove nothing on a fast one: so some dumps are held. In the others they hop while stacks are read.
prints_no_stack_of_another_sleep() {
	local result=0 seen moved turn=0 us pid
	on_one_cpu insmod /known_stack.ko park=0 crowd=60 hop=8 || return 1
	insmod /slow_names.ko symbol=lm_unwind_task || return 1
	rm -f /tmp/hops
	apart 2
	# The other CPU is the one that is held.
	for pid in $(grep -lx known-hop /proc/[0-9]*/comm | cut -d / -f 3); do
		taskset -p 1 $pid >/dev/null || result=1
	done
	while [ $turn -lt 10 ]; do
		turn=$((turn + 1))
		hop_held_dump || result=1
		moved=$(grep -c ' state=D .* stack=0 flags=unstable ' /tmp/hops)
		[ "$moved" -lt 4 ] || break
	done
	together
	rmmod slow_names
	for us in 5000 1000 500; do
		echo $us >/sys/module/known_stack/parameters/hop_us
		act write $knobs/trigger "hop $us" >/dev/null || result=1
		hop_dump || result=1
	done
	on_one_cpu rmmod known_stack
	seen=$(grep -c ' state=D ' /tmp/hops)
	moved=$(grep -c ' state=D .* stack=0 flags=unstable ' /tmp/hops)
	echo "# $seen times in D when it was seen, $moved times somewhere else soon after" >/dev/console
	[ "$moved" -ge 4 ] || { echo "$moved had moved on: the test proved nothing"; result=1; }
	expect_no_match "the stack of another sleep" ' state=D .*known_right' "$(cat /tmp/hops)" || result=1
	# Who came to a CPU meanwhile says since when it runs.
	expect_no_match "how long it has been in a state that it left" ' state=D .*since_ms=.*flags=unstable' "$(cat /tmp/hops)" || result=1
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

# is_going PID: who unloads original_way has said so, and waits.
is_going() { [ "$(cat /sys/module/original_way/initstate 2>/dev/null)" != live ] && state_is $1 D; }

# In place of one that went another may be by now, so no name in any module is to be believed. A kernel
# probe holds the dump between its stacks and their names.
believes_no_name_in_modules_when_one_went() {
	local result=0 held=/sys/module/slow_names/parameters/state text dumping going
	insmod /known_stack.ko park=0 crowd=3 || return 1
	insmod /original_way.ko || return 1
	# The probe is not to be made a jump: that waits for the CPU that is held, and whoever unloads a module waits for it
	# before anybody is told that one goes.
	echo 0 >/proc/sys/debug/kprobes-optimization 2>/dev/null
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
	wait_for 20 is_going $going || { echo "the module does not go"; result=1; }
	grep -qx 2 $held || { echo "the dump did not wait"; result=1; }
	echo 0 >$held
	wait $dumping
	wait $going
	together
	expect "writing to trigger" OK "$(cat /tmp/held)" || result=1
	text=$(cat $device | newest)
	expect_no_match "names in modules" '^  .*\]$' "$text" || result=1
	expect_match "a name that is not believed" '^  \?$' "$text" || result=1
	rmmod slow_names
	[ $result = 0 ] || printf '%s\n' "$text"
	text=$(take "nothing goes")
	expect_match "the next dump" '^  known_inner\+.* \[known_stack\]$' "$text" || result=1
	rmmod known_stack
	return $result
}

# shows_the_loop: a dump into $text; not in the middle of another interrupt, where a preemptible kernel is often to be
# found.
shows_the_loop() {
	shows 'on=cpu-kernel.*known-spin' "spinning thread" &&
		[ "$(frames_of "$text" known-spin | cut -d ' ' -f 1)" = known_inner ]
}

knows_a_spinning_thread() {
	local text result=0
	insmod /known_stack.ko spin=1 || return 1
	apart 1 || return 1
	pin known-spin 2 || return 1
	wait_for 3 shows_the_loop
	expect_match "known-spin" '^task .* state=R on=cpu-kernel .*comm="known-spin"' "$text" || result=1
	# These alone: none of the interrupt that asked it.
	expect "frames of known-spin" "known_inner known_middle known_outer known_thread kthread " \
		"$(frames_of "$text" known-spin)" || result=1
	rmmod known_stack
	together
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# Where an interrupt found a task is no address to return to: at the first instruction of a function it would be given
# the name of what lies before that. On a CPU as the question finds it, and pushed off it by who takes the dump.
names_an_interrupted_place_exactly() {
	local text result=0 mask where seen
	insmod /known_stack.ko spin=1 first=1 || return 1
	pin known-spin 2
	for mask in 1 2; do
		apart $mask
		seen=0
		for _ in 1 2 3 4 5 6 7 8; do
			text=$(take "first instruction")
			where=$(printf '%s\n' "$text" | sed -n 's/^task .* on=\([a-z-]*\) .*comm="known-spin"$/\1/p')
			expect_no_match "what lies before it" '^  (__pfx_)?known_(before|stop|first\+0x10)' "$text" || result=1
			printf '%s\n' "$text" | grep -q '^  known_first+0x0/' && seen=$((seen + 1))
		done
		echo "# on=$where: $seen of 8 times at the first instruction" >/dev/console
		# Who takes the dump pushes a kernel thread off its CPU anywhere where the kernel preempts itself, else only
		# where the thread says so itself, which is another place. And a kernel that checks each access to memory spends
		# its time elsewhere.
		[ $seen -gt 0 ] || { [ $mask = 2 ] && ! uname -v | grep -qE 'PREEMPT(_RT| |$)'; } || uname -r | grep -q -e '-debug-' ||
			{ echo "on=$where: never at the first instruction"; result=1; }
	done
	together
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

has_victims() { grep -q "^uninterruptible $1\$" $knobs/tasks; }

group=/sys/fs/cgroup/tight

begin_memory_group() { echo +memory >/sys/fs/cgroup/cgroup.subtree_control && mkdir $group; }

end_memory_group() { rmdir $group && echo -memory >/sys/fs/cgroup/cgroup.subtree_control; }

# While the dump is held with a stack in its hands that task ends, and a fork that is refused has its stack freed.
holds_the_stack_of_who_dies() {
	local result=0 text pressing count=40 killed
	# Of all our kernels the oldest has no other place for it.
	on_one_cpu begin_memory_group || return 1
	insmod /slow_stacks.ko || return 1
	# The kernel tells, with a trace, of each fork that finds nobody to be killed for it.
	dmesg -n 1
	apart 1
	press victims $count $group /sys/module/slow_stacks/parameters/held >/tmp/victims 2>&1 &
	pressing=$!
	wait_for 20 grep -qx ready /tmp/victims || { echo "no victims"; result=1; }
	wait_for 20 has_victims $count || { cat $knobs/tasks; result=1; }
	text=$(take "victims")
	kill $pressing
	wait $pressing
	together
	rmmod slow_stacks
	on_one_cpu end_memory_group
	clear_log
	dmesg -n 5
	killed=$(sed -n 's/^killed=//p' /tmp/victims)
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	expect "victims in the dump" $count "$(printf '%s\n' "$text" | grep -c '^task .* comm="victim"$')" || result=1
	echo "# ${killed:-no} of $count ended while their stack was held; kept for ever: $(cat $knobs/stats/tasks_kept)" >/dev/console
	[ "${killed:-0}" -ge $((count / 2)) ] || { echo "only '$killed' ended in time: the test proved nothing"; cat /tmp/victims; result=1; }
	# Each of them that was dead when its stack was given back, and nobody else.
	[ "$(cat $knobs/stats/tasks_kept)" -ge $((killed / 2)) ] && [ "$(cat $knobs/stats/tasks_kept)" -le $count ] ||
		{ echo "kept for ever: $(cat $knobs/stats/tasks_kept) of $killed"; result=1; }
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# shows_the_program: a dump into $text, in which $running is in its BPF program, whatever that is called there. Not in an
# interrupt that came meanwhile, nor where the kernel begins it anew.
shows_the_program() {
	take "BPF program" >/tmp/dump
	text=$(cat /tmp/dump)
	frames_of "$text" in-bpf | grep -qE '^(\?|bpf_prog_[0-9a-f]*_act_loop) bpf_test_run '
}

# Code that the kernel makes at run time goes without a notice, and other code may be in its place when names are looked
# up: so there is no name, and no address either.
names_no_code_made_at_run_time() {
	local text result=0
	# A kernel without it is one of those that look for their own faults.
	if [ ! -e /proc/sys/kernel/unprivileged_bpf_disabled ]; then
		uname -r | grep -q -e '-debug-' || { echo "the kernel has no BPF"; return 1; }
		return 0
	fi
	apart 1 || return 1
	taskset 2 act bpf in-bpf >/tmp/bpf 2>&1 &
	spinning=$!
	wait_for 20 is_called $spinning in-bpf || { cat /tmp/bpf; result=1; }
	wait_for 20 shows_the_program || { echo "it is never in its program"; result=1; }
	expect_match "in the kernel" '^task .* state=R on=cpu-kernel .* stack=[1-9].* comm="in-bpf"$' "$text" || result=1
	# That the kernel has compiled it, and has a name for it. (To look for that in /proc/kallsyms takes seconds.)
	expect "compiled" 1 "$(cat /proc/sys/net/core/bpf_jit_enable)" || result=1
	expect "with a name" 1 "$(cat /proc/sys/net/core/bpf_jit_kallsyms)" || result=1
	expect_no_match "a name of a program" 'bpf_prog_[0-9a-f]{16}|\[bpf\]|act_loop' "$text" || result=1
	expect_no_match "an address" '^  0x' "$text" || result=1
	stop_spinning
	together
	[ $result = 0 ] || printf '%s\n' "$text"
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
