#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The hard tests, as KTAP: many threads, many hands, bad input. "load_monitor_scale=N" among the
# kernel's parameters divides the numbers, for a kernel that is slow.
. /lib.sh
. /hard.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'
echo "# scale 1/$scale, $(nproc) CPUs, $(sed -n 's/^MemTotal: *//p' /proc/meminfo)"

# dump REASON: one dump into /tmp/dump, its header in $header.
dump() {
	act take $knobs/trigger $device "$1" >/tmp/dump || { cat /tmp/dump; return 1; }
	header=$(head -n 12 /tmp/dump)
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)"
}

# until_ready COMMAND...: starts it, waits for its word; its pid in $worker.
until_ready() {
	: >/tmp/ready
	"$@" >/tmp/ready 2>&1 &
	worker=$!
	wait_for 180 test -s /tmp/ready
	expect "$*" ready "$(cat /tmp/ready)"
}

in_d() { grep -q "^uninterruptible $1\$" $knobs/tasks; }

# settles COUNT: a kernel worker that really waits (for RCU after a module was loaded) soon does not.
settles() { wait_for 20 in_d "$1" || { echo "not $1 in D:"; cat $knobs/tasks; return 1; }; }

total() { cat "$@" | sed "s/.*$key=\([0-9]*\).*/\1/" | awk '{ sum += $1 } END { print sum + 0 }'; }

# sum KEY FILE...: over all files.
sum() {
	key=$1
	shift
	total "$@"
}

# One population for several tests, because making it is what costs: the threads of two processes, whose
# pids are in $few and $many, and so many kernel threads in D.
count=$((5000 / scale))
crowd() { [ -d /sys/module/known_stack ] || gather $count; }

# ends PID: at once, and waits for it.
ends() {
	kill -9 $1
	wait $1 2>/dev/null
	return 0
}

# scans COUNT: some dumps of that many sleeping threads.
scans() {
	local result=0 best="" turn rcu
	settles 0 || result=1
	for turn in 1 2 3 4 5 6 7 8 9; do
		dump "$1 threads" || result=1
		rcu=$(field "$header" rcu_max_ns)
		[ -n "$best" ] && [ "$best" -le "$rcu" ] || best=$rcu
		[ $turn -lt 3 ] || [ "$best" -gt 10000000 ] || break
	done
	[ "$(field "$header" scanned)" -ge $1 ] || { echo "$1 threads: $header"; result=1; }
	expect "$1 sleeping threads are no load" 0 "$(field "$header" uninterruptible)" || result=1
	expect_match "the walk" ' complete=1$' "$header" || result=1
	# The best of some: the host takes the CPU from the guest now and then.
	[ "$best" -le 10000000 ] || [ $scale != 1 ] || { echo "RCU held for $best ns"; result=1; }
	expect_match "the tasks file" "^total [0-9]{${#1}}" "$(cat $knobs/tasks)" || result=1
	note "$(field "$header" scanned) threads: capture $(field "$header" capture_ns) ns, RCU at most $best ns"
	return $result
}

counts_many_threads() {
	local result=0
	until_ready press threads $((10000 / scale)) || return 1
	few=$worker
	scans $((10000 / scale)) || result=1
	until_ready press threads $((20000 / scale)) || return 1
	many=$worker
	scans $((30000 / scale)) || result=1
	return $result
}

captures_thousands_of_sleepers() {
	local result=0 stacks
	gather $count || return 1
	settles $((count + 2)) || result=1
	dump "many in D" || result=1
	expect "uninterruptible" $((count + 2)) "$(field "$header" uninterruptible)" || result=1
	expect "their lines" $count "$(grep -c 'state=D on=sleep .*comm="known-crowd"$' /tmp/dump)" || result=1
	stacks=$(grep '^stack' /tmp/dump)
	expect_match "all in one stack" "^stack id=[0-9]+ tasks=$((count + 2))\$" "$stacks" || result=1
	expect "left out" 0 "$(field "$header" truncated)" || result=1
	# Not of all tasks: another one may be caught between two states.
	expect "unstable ones of them" 0 "$(grep -c ' flags=unstable .*comm="known-crowd"$' /tmp/dump)" || result=1
	expect "without a stack" 0 "$(field "$header" unwind_failed)" || result=1
	# Only who dies is ever kept.
	expect "kept for ever of those that live" 0 "$(cat $knobs/stats/tasks_kept)" || result=1
	expect "different pids" $count "$(sed -n 's/^task pid=\([0-9]*\) .*known-crowd"$/\1/p' /tmp/dump | sort -u | wc -l)" || result=1
	note "$count of $(field "$header" scanned) in D: capture $(field "$header" capture_ns) ns, text $(wc -c </tmp/dump) bytes"
	return $result
}

is_taken() { act take $knobs/trigger $device "$1" >/dev/null; }

# cut_off_with PARAMETER CAPTURED: a dump with too little room counts exactly what it leaves out.
cut_off_with() {
	local result=0 captured truncated active before
	rmmod load_monitor
	load_module $1 || return 1
	settles $((count + 2)) || result=1
	# With that load a dump may be on its way since before the threshold was gone: then there is none for us yet.
	wait_for 30 is_taken "settled" || { echo "$1: no dump can be taken"; result=1; }
	before=$(cat $knobs/stats/truncated)
	dump "too many" || result=1
	captured=$(field "$header" captured)
	truncated=$(field "$header" truncated)
	active=$(field "$header" active)
	[ -z "$2" ] || expect "$1: captured" "$2" "$captured" || result=1
	expect "$1: captured and truncated" "$active" $((captured + truncated)) || result=1
	expect "$1: task lines" "$captured" "$(grep -c '^task ' /tmp/dump)" || result=1
	[ "$truncated" -gt 0 ] || { echo "$1: nothing was cut off"; result=1; }
	expect "$1: uninterruptible" $((count + 2)) "$(field "$header" uninterruptible)" || result=1
	expect "$1: the statistic" $((before + truncated)) "$(cat $knobs/stats/truncated)" || result=1
	dump "again" || result=1
	expect "$1: the statistic after two" $((before + truncated + $(field "$header" truncated))) \
		"$(cat $knobs/stats/truncated)" || result=1
	[ $result = 0 ] || printf '%s\n' "$header"
	note "$1: captured $captured, truncated $truncated of $active"
	return $result
}

counts_what_is_cut_off() {
	local result=0
	crowd || return 1
	cut_off_with max_tasks=16 16 || result=1
	cut_off_with max_tasks=100 100 || result=1
	cut_off_with "buffer_kb=64" "" || result=1
	[ $scale != 1 ] || cut_off_with "buffer_kb=300 ring=2" "" || result=1
	rmmod load_monitor
	load_module
	return $result
}

# quickest: nanoseconds of the quickest of some dumps; the host takes the CPU from the guest now and then.
quickest() {
	local best="" turn took
	for turn in 1 2 3 4 5 6 7; do
		# The first one may meet a dump that is taken since the load crosses the threshold.
		dump "crowd" >/tmp/refused || { sleep 2; dump "crowd"; } || return 1
		took=$(field "$header" capture_ns)
		[ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
	done
	echo "$best"
}

# Thousands wait for one lock, and who holds it is no load. What it takes to say so, against dumps without it.
names_the_holder_for_a_crowd() {
	local result=0 waiters=$((10000 / scale)) name="" with without
	on_one_cpu insmod /held_locks.ko scene=crowd crowd=$waiters || return 1
	settles $waiters || result=1
	with=$(quickest) || { echo "$with"; result=1; }
	dump "crowd" || result=1
	! has_names || name=" name=\"held_mutex\""
	expect_match "the lock" "^lock id=[0-9]+ type=[a-z_]*mutex held=write owner=[0-9]+ waiters=$waiters$name\$" \
		"$(grep '^lock ' /tmp/dump)" || result=1
	expect "its owner" "$(sed -n 's/^lock .* owner=\([0-9]*\) .*/\1/p' /tmp/dump)" \
		"$(sed -n 's/^task pid=\([0-9]*\) .* flags=owner .*comm="own-crowd"$/\1/p' /tmp/dump)" || result=1
	expect "who waits for it" $waiters "$(grep -c '^task .* lock=[0-9]* wait=write .*comm="wait-crowd"$' /tmp/dump)" || result=1
	rmmod load_monitor
	load_module locks=0
	without=$(quickest) || { echo "$without"; result=1; }
	rmmod load_monitor
	load_module
	on_one_cpu rmmod held_locks
	note "$waiters wait for one lock: capture $with ns, without locks $without ns: $((with - without)) ns"
	# Times are another matter here, where the guest gets what others leave: not more than twice as much again.
	[ $with -le $((3 * without)) ] || [ $scale != 1 ] || { echo "with locks $with ns, without $without ns"; result=1; }
	return $result
}

survives_a_fork_storm() {
	local result=0 storms="" storm seen seconds=3
	# While stacks are read, tasks end that were found with them: where the memory of the dead is watched
	# there are so many stacks that a grace period goes by as well.
	gather $((scale > 1 ? 1000 : 200)) || return 1
	for storm in 1 2 3; do
		press storm ${seconds}500 >/tmp/storm.$storm &
		storms="$storms $!"
	done
	press trigger $knobs/trigger $seconds >/tmp/trigger
	wait $storms
	scatter || result=1
	expect_match "dumps" '^ok=[1-9][0-9]* .*gone=0 other=0' "$(cat /tmp/trigger)" || result=1
	cat $device >/tmp/dumps
	expect "what does not add up" 0 "$(awk -f /dump.awk /tmp/dumps | grep -vc '^dumps ')" || { awk -f /dump.awk /tmp/dumps; result=1; }
	seen=$(grep -c '^task .* comm="press"$' /tmp/dumps)
	[ "$seen" -gt 0 ] || { echo "none of the storm in the dumps"; result=1; }
	note "$(cat /tmp/storm.* | awk '{ s += $1 } END { print s }') forks, $(cat /tmp/trigger); in the dumps $seen of them, unstable: $(sed -n 's/.* unstable=\([0-9]*\).*/\1/p' /tmp/dumps | awk '{ s += $1 } END { print s }') of $(grep -c '^task' /tmp/dumps) tasks; $(grep -c 'complete=0' /tmp/dumps) walks incomplete"
	rm -f /tmp/storm.* /tmp/dumps
	return $result
}

# Threads, processes and kernel threads in D end while dumps are taken without a pause.
survives_a_mass_exit() {
	local result=0 trigger victims="" before kept
	crowd || return 1
	until_ready press crowd $((2000 / scale)) || result=1
	victims=$worker
	[ -d /proc/$few ] && [ -d /proc/$many ] || { echo "nobody to end"; result=1; }
	before=$(cat $knobs/last_id)
	press trigger $knobs/trigger 600 >/tmp/trigger &
	trigger=$!
	wait_for 20 has_dump_after $before || { echo "no dump"; result=1; }
	kill $victims
	ends $many
	ends $few
	wait $victims 2>/dev/null
	rmmod known_stack || result=1
	# It ends when it sees a signal, and says what it did.
	kill -TERM $trigger
	wait $trigger
	expect_match "dumps" '^ok=[1-9][0-9]* .*gone=0 other=0' "$(cat /tmp/trigger)" || result=1
	cat $device >/tmp/dumps
	expect "what does not add up" 0 "$(awk -f /dump.awk /tmp/dumps | grep -vc '^dumps ')" || { awk -f /dump.awk /tmp/dumps; result=1; }
	# A task that dies in the microseconds in which its stack is read is kept: hardly any of the thousands.
	kept=$(cat $knobs/stats/tasks_kept)
	[ "$kept" -le 5 ] || { echo "kept for ever: expected at most 5, got $kept"; result=1; }
	note "$(cat /tmp/trigger); kept for ever: $kept; $(grep -c 'complete=0' /tmp/dumps) walks incomplete"
	rm -f /tmp/dumps
	settles 0 || result=1
	dump "nobody is left" || result=1
	expect "uninterruptible afterwards" 0 "$(field "$header" uninterruptible)" || result=1
	return $result
}

threads_of() { [ "$(ls /proc/$1/task 2>/dev/null | wc -l)" = "$2" ]; }

# lost_place SIGNAL: a dump whose walk rests at a thread that ends meanwhile, by that signal to its process; with USR2 it
# becomes another program, in the place of the first thread of its process and of all others.
lost_place() {
	local result=0 held=/sys/module/slow_walk/parameters dumping threads=400 before left
	until_ready press threads $threads || return 1
	dump "all are there" || result=1
	before=$(field "$header" scanned)
	expect "walks" 1 "$(field "$header" walks)" || result=1
	echo $worker >$held/victim
	echo 1 >$held/state
	act take $knobs/trigger $device "held" >/tmp/dump &
	dumping=$!
	wait_for 30 grep -qx 2 $held/state || { echo "no walk is held"; result=1; }
	cat $held/at >/tmp/turn
	kill -$1 $worker
	# One that nobody waited for stays in the list.
	[ $1 != KILL ] || wait $worker 2>/dev/null
	[ $1 = KILL ] && left=0 || left=1
	wait_for 30 threads_of $worker $left || { echo "$1: $(ls /proc/$worker/task | wc -l) threads are left"; result=1; }
	# What has ended is to be freed, and used for others.
	press storm 300 >/dev/null
	grep -qx 2 $held/state || { echo "the walk did not wait"; result=1; }
	echo 0 >$held/state
	wait $dumping || { cat /tmp/dump; result=1; }
	header=$(head -n 12 /tmp/dump)
	expect "$1: what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || result=1
	expect "$1: walks" 2 "$(field "$header" walks)" || result=1
	expect_match "$1: the second walk" ' complete=1$' "$header" || result=1
	# Some kernel threads come and go by themselves.
	[ "$(field "$header" scanned)" -le $((before - threads + 20)) ] || { echo "$1: $before threads before"; result=1; }
	[ $1 != USR2 ] || expect "$1: the program" "press crowd 0" "$(tr '\0' ' ' </proc/$worker/cmdline | sed 's/ $//')" || result=1
	[ $result = 0 ] || printf '%s\n' "$header"
	ends $worker
	return $result
}

walks_again_when_its_place_ends() {
	local result=0
	insmod /slow_walk.ko || return 1
	# A thread that ends while its process goes on, and one whose process ends, too.
	lost_place USR1 || result=1
	lost_place KILL || result=1
	# One that stays, and takes the place of the first thread of its process.
	lost_place USR2 || result=1
	rmmod slow_walk
	return $result
}

# Everybody at once for some seconds.
serves_many_hands() {
	local result=0 hand hands="" before refused=0 unloaded=0 seconds=$((scale > 1 ? 4 : 3))
	before=$(cat $knobs/last_id)
	rm -f /tmp/hand.*
	# Else a dump may be over on the CPU of its writer before anybody else comes to ask for one.
	pin load_monitor 2
	for hand in 1 2 3 4 5 6 7 8; do
		press trigger $knobs/trigger $seconds >/tmp/hand.t$hand &
		hands="$hands $!"
	done
	for hand in 1 2; do
		press read $device 1 $seconds >/tmp/hand.s$hand &
		hands="$hands $!"
		press read $device 1048576 $seconds >/tmp/hand.l$hand &
		hands="$hands $!"
		press poll $device $seconds >/tmp/hand.p$hand &
		hands="$hands $!"
	done
	# The hands may be done before a slow machine has tried ten times.
	exec 7<$device
	for hand in 1 2 3 4 5 6 7 8 9 10; do
		if rmmod load_monitor 2>/dev/null; then unloaded=$((unloaded + 1)); else refused=$((refused + 1)); fi
		sleep 0.1
	done
	exec 7<&-
	for hand in $hands; do
		wait $hand || { echo "a hand failed"; result=1; }
	done
	expect "unloaded while open" 0 $unloaded || result=1
	expect "unload refused" 10 $refused || result=1
	expect "dumps that were taken" "$(sum ok /tmp/hand.t*)" $(($(cat $knobs/last_id) - before)) || result=1
	[ "$(sum ok /tmp/hand.t*)" -gt 10 ] && [ "$(sum busy /tmp/hand.t*)" -gt 10 ] || { echo "too few to prove anything"; result=1; }
	expect "other errors" 0 $(($(sum other /tmp/hand.t*) + $(sum gone /tmp/hand.t*))) || result=1
	[ "$(sum files /tmp/hand.l*)" -gt 0 ] && [ "$(sum files /tmp/hand.s*)" -gt 0 ] || { echo "a reader read nothing"; result=1; }
	expect "torn dumps" 0 "$(sum torn /tmp/hand.l* /tmp/hand.s*)" || result=1
	[ "$(sum woken /tmp/hand.p*)" -gt 0 ] || { echo "poll woke nobody"; result=1; }
	expect "woken for nothing" 0 "$(sum dry /tmp/hand.p*)" || result=1
	expect "what does not add up" 0 "$(cat $device | awk -f /dump.awk | grep -vc '^dumps ')" || result=1
	note "8 writers: $(sum ok /tmp/hand.t*) dumps, $(sum busy /tmp/hand.t*) busy; pollers woken $(sum woken /tmp/hand.p*) times"
	[ $result = 0 ] || head /tmp/hand.*
	rm -f /tmp/hand.*
	if [ -d $knobs ]; then pin load_monitor 3; else load_module; fi
	return $result
}

# have_open FILE PID...
have_open() {
	local file=$1 pid folders=""
	shift
	for pid in "$@"; do folders="$folders /proc/$pid/fd"; done
	ls -l $folders >/tmp/open 2>/dev/null
	[ "$(grep -c " -> $file\$" /tmp/open)" = $# ]
}

# While it is open it is refused; else it waits for the dump that is being taken, and the writers are
# told that it is gone.
unloads_while_it_captures() {
	local result=0 turn hand hands refused=0 turns=$((scale > 1 ? 2 : 4))
	crowd || return 1
	rm -f /tmp/hand.*
	for turn in $(seq $turns); do
		hands=""
		for hand in 1 2 3 4; do
			press trigger $knobs/trigger 60 >/tmp/hand.$turn.$hand &
			hands="$hands $!"
		done
		wait_for 20 have_open $knobs/trigger $hands || { echo "not all writers began"; result=1; }
		wait_for 20 has_dump_after 0
		if [ $((turn % 2)) = 0 ]; then
			exec 7<$device
			for _ in 1 2 3; do
				! rmmod load_monitor 2>/dev/null || { echo "turn $turn: unloaded while it was open"; result=1; }
				refused=$((refused + 1))
			done
			exec 7<&-
		fi
		rmmod load_monitor || { echo "turn $turn: not unloaded"; return 1; }
		wait $hands
		load_module || return 1
	done
	expect "writers who were told that it is gone" $((4 * turns)) "$(sum gone /tmp/hand.*)" || result=1
	[ "$(sum busy /tmp/hand.*)" -gt $turns ] || { echo "hardly any dump was on its way"; result=1; }
	expect "other errors" 0 "$(sum other /tmp/hand.*)" || { head /tmp/hand.*; result=1; }
	note "unloaded $turns times with 4 writers, refused $refused times; $(sum ok /tmp/hand.*) dumps"
	rm -f /tmp/hand.*
	return $result
}

kilobytes() { sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo; }

settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
}

# load_and_unload TIMES: a multiple of ten.
load_and_unload() {
	for _ in $(seq $(($1 / 10))); do
		# To clear the memory is what a load costs most, and to start programs for it.
		press reload /load_monitor.ko "buffer_kb=64 max_tasks=16" 9 || return 1
		load_module || return 1
		press time $knobs/trigger cycle >/dev/null
		rmmod load_monitor || return 1
	done
}

leaks_nothing() {
	local result=0 key keys="SUnreclaim VmallocUsed Percpu KernelStack" before after areas turns=$((300 / scale)) most
	# What is freed KASAN keeps for a while; kmemleak looks for single bytes there.
	[ $scale = 1 ] || keys=${keys#* }
	rmmod load_monitor
	# Hundreds of grace periods are waited for; how a normal one goes, the other tests see. And an emulated
	# CPU that waits for the other one's answer works all the time.
	echo 1 >/sys/kernel/rcu_expedited
	load_and_unload 10 || return 1
	echo 0 >$cpu1
	# The first ones fill caches.
	load_and_unload 10 || return 1
	settle
	before=$(for key in $keys; do kilobytes $key; done)
	areas=$(wc -l </proc/vmallocinfo)
	load_and_unload $turns || return 1
	settle
	after=$(for key in $keys; do kilobytes $key; done)
	note "$keys in kB, areas: $(echo $before) $areas before, $(echo $after) $(wc -l </proc/vmallocinfo) after $turns loads"
	set -- $before
	for key in $keys; do
		# One kilobyte a load would show. Of few loads, on the debug kernel, no more than what comes and goes
		# by itself can be asked.
		most=$((turns > 64 ? turns : 64))
		[ $(($(kilobytes $key) - $1)) -lt $most ] || { echo "$key: $1 kB before, $(kilobytes $key) kB after"; result=1; }
		shift
	done
	# A mapping a load would show.
	[ $(($(wc -l </proc/vmallocinfo) - areas)) -lt $((turns / 4 + 5)) ] || { echo "$areas areas before, $(wc -l </proc/vmallocinfo) after"; result=1; }
	expect "mappings of the module's" 0 "$(grep -cE 'lm_|load_monitor' /proc/vmallocinfo)" || result=1
	expect "its thread" "" "$(grep -lx load_monitor /proc/[0-9]*/comm)" || result=1
	echo 0 >/sys/kernel/rcu_expedited
	echo 1 >$cpu1
	load_module || result=1
	return $result
}

refuses_random_writes() {
	local result=0 count=$((20000 / scale)) knob kind least most text
	while read -r knob kind least most; do
		press huge $knobs/$knob || { echo "$knob: huge"; result=1; }
		text=$(press fuzz $knobs/$knob $kind $least $most $count 20261122) || result=1
		expect_match "$knob" '^fit=[1-9][0-9]* unfit=[1-9][0-9]*$' "$text" || result=1
		note "$count random writes to $knob: $text"
	done <<-LIST
		threshold load 0 9999999
		active_threshold number 0 10000000
		cooldown_ms number 0 86400000
		min_spacing_ms number 0 3600000
		interval_ms number 1 1000
	LIST
	echo 0 >$knobs/threshold
	echo 0 >$knobs/active_threshold
	echo 20000 >$knobs/cooldown_ms
	echo 10 >$knobs/interval_ms
	echo 0 >$knobs/min_spacing_ms
	press huge $knobs/trigger || { echo "trigger: huge"; result=1; }
	text=$(press fuzz-reason $knobs/trigger $count 20261122) || result=1
	expect_match "trigger" '^fit=[1-9][0-9]* unfit=[1-9][0-9]*$' "$text" || result=1
	note "$count random writes to trigger: $text"
	expect "what does not add up" 0 "$(cat $device | awk -f /dump.awk | grep -vc '^dumps ')" || result=1
	return $result
}

keeps_going_when_a_cpu_goes() {
	local result=0 trigger turns=0 online=/sys/devices/system/cpu/cpu1/online
	[ -e $online ] || { echo "CPU 1 cannot be taken offline"; return 1; }
	spin busy 2
	press trigger $knobs/trigger 60 >/tmp/trigger &
	trigger=$!
	while [ $turns -lt 10 ] && [ -d /proc/$trigger ] && ! state_is $trigger Z; do
		echo 0 >$online || result=1
		echo 1 >$online || result=1
		turns=$((turns + 1))
	done
	# It ends when it sees a signal, and says what it did.
	kill -TERM $trigger
	wait $trigger
	expect_match "dumps" '^ok=[1-9][0-9]* .*gone=0 other=0' "$(cat /tmp/trigger)" || result=1
	[ $turns -ge 5 ] || { echo "only $turns turns"; result=1; }
	expect "what does not add up" 0 "$(cat $device | awk -f /dump.awk | grep -vc '^dumps ')" || result=1
	echo 0 >$online
	dump "one CPU" || result=1
	expect "CPUs" 1 "$(field "$header" cpus)" || result=1
	expect "asked in vain" 0 "$(field "$header" cpu_no_answer)" || result=1
	echo 1 >$online
	dump "two CPUs" || result=1
	expect "CPUs" 2 "$(field "$header" cpus)" || result=1
	stop_spinning
	note "CPU 1 went and came $turns times, $(cat /tmp/trigger)"
	return $result
}

is_not_fooled_by_names() {
	local result=0
	named_vfork_parents '\nend id=1 tasks' 'end id=1 tasks=' '\nload_monitor d' 'load_monitor du' \
		'\nstack id=1 tas' 'a"\n  kernel+0x' '"\ncount scanne' || result=1
	dump "forged names" || result=1
	expect "headers" 1 "$(grep -c '^load_monitor dump ' /tmp/dump)" || result=1
	expect "lines that begin like one" 1 "$(grep -c '^load_monitor' /tmp/dump)" || result=1
	expect "footers" 1 "$(grep -c '^end ' /tmp/dump)" || result=1
	expect "counts" 1 "$(grep -c '^count' /tmp/dump)" || result=1
	expect "stacks" "$(field "$header" stacks)" "$(grep -c '^stack' /tmp/dump)" || result=1
	expect "the names" 7 "$(grep -cE '^task .* comm="(\\nend id=1 tasks|end id=1 tasks=|\\nload_monitor d|load_monitor du|\\nstack id=1 tas|a\\"\\n  kernel\+0x|\\"\\ncount scanne)"$' /tmp/dump)" || result=1
	[ $result = 0 ] || cat /tmp/dump
	stop_vfork_parents
	return $result
}

# On a slow host the parked threads are in D for longer than the kernel finds healthy.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs 2>/dev/null
echo 40000 >/proc/sys/kernel/threads-max
echo 65536 >/proc/sys/kernel/pid_max
load_module
check "counts 10,000 and 30,000 threads" counts_many_threads
check "captures 5,000 sleepers of 35,000 threads" captures_thousands_of_sleepers
check "counts exactly what it cuts off" counts_what_is_cut_off
check "unloads while it captures, and not while it is open" unloads_while_it_captures
check "survives a mass exit" survives_a_mass_exit
check "names who holds the lock that 10,000 wait for" names_the_holder_for_a_crowd
check "walks again when its place in the list ends" walks_again_when_its_place_ends
check "survives a fork storm" survives_a_fork_storm
check "serves 8 writers, readers of 1 byte and 1 MB, and pollers at once" serves_many_hands
check "refuses 100,000 random writes" refuses_random_writes
check "keeps going when a CPU goes" keeps_going_when_a_cpu_goes
check "is not fooled by names" is_not_fooled_by_names
check "leaks nothing over 300 loads and unloads" leaks_nothing
check "leaves the kernel log clean when pressed" is_clean_in_the_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
