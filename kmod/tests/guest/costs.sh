#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What a dump costs, as KTAP with a table: this module, sysrq-w and the way of the module that it
# follows (all at once in a hard interrupt, by printk), for the same tasks in the same boot. And what
# the module costs when nothing happens, by the kernel's own trace of timers.
. /lib.sh
. /hard.sh

tracing=/sys/kernel/tracing
original=/sys/module/original_way/parameters
table=/tmp/table

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

# From nanoseconds.
milliseconds() { awk -v ns="$1" 'BEGIN { printf "%.2f", ns / 1000000 }'; }
microseconds() { awk -v ns="$1" 'BEGIN { printf "%.1f", ns / 1000 }'; }

row() { printf '%-7s %-22s %17s %17s %13s %9s\n' "$@" >>$table; }

take_into() { act take $knobs/trigger $device "costs" >"$1"; }

# costs TURN: a dump into /tmp/costs, its header into /tmp/costs.TURN.
costs() { take_into /tmp/costs && head -n 12 /tmp/costs >/tmp/costs.$1; }

# sorted KEY: of all dumps; median KEY, most KEY. The host takes the CPU from the guest now and then: that is in the
# greatest one, and not in the median.
sorted() {
	local file
	for file in /tmp/costs.[0-9]*; do field "$(cat $file)" "$1"; done | sort -n
}
median() { sorted $1 | awk '{ value[NR] = $1 } END { printf "%.0f", value[int((NR + 1) / 2)] }'; }
most() { sorted $1 | tail -n 1; }

# both UNIT KEY: the median and the greatest one.
both() { echo "$($1 "$(median $2)") / $($1 "$(most $2)")"; }

# The other ways hold a CPU for seconds, on a busy host for longer than the kernel's watchdogs find
# healthy; that is what is measured, and no fault of this module.
watchdogs() {
	echo $1 >/proc/sys/kernel/watchdog 2>/dev/null
	echo $((1 - $1)) >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress
}

kept_in_log() { dmesg | grep -cE "$1"; }

costs_with() {
	local result=0 count=$1 turn whole ours theirs sysrq kept
	gather $((count - 2)) || return 1
	# On the other CPU somebody runs, who is asked by an interrupt.
	apart 1
	spin busy 1 2 || result=1
	sleep 1
	rm -f /tmp/costs.*
	for turn in 1 2 3 4 5 6 7 8 9; do
		costs $turn || result=1
	done
	expect "tasks in D" $count "$(grep -c '^task .* state=D .*comm="known-' /tmp/costs)" || result=1
	expect "left out" 0 "$(field "$(cat /tmp/costs.$turn)" truncated)" || result=1
	whole=$(press time $knobs/trigger "whole") || result=1
	stop_spinning
	together
	ours=$(median capture_ns)
	row $count "load_monitor" "$(both milliseconds capture_ns)" "$(both microseconds irq_off_max_ns)" \
		"$(both milliseconds rcu_max_ns)" "$(grep -c '^task .*comm="known-' /tmp/costs)"
	row $count "  with its text" "$(milliseconds "$whole")" "" "" ""
	[ $scale != 1 ] || [ "$(median rcu_max_ns)" -le 10000000 ] || { echo "RCU held for $(sorted rcu_max_ns | tr '\n' ' ')ns"; result=1; }
	[ $scale != 1 ] || [ "$(median irq_off_max_ns)" -le 1000000 ] || { echo "interrupts off for $(sorted irq_off_max_ns | tr '\n' ' ')ns"; result=1; }
	[ "$(most irq_off_max_ns)" -gt 0 ] || { echo "no CPU was asked"; result=1; }

	watchdogs 0
	dmesg -c >/dev/null
	sysrq=$(press time /proc/sysrq-trigger w) || result=1
	kept=$(kept_in_log 'task:known-')
	row $count "sysrq-w" "$(milliseconds "$sysrq")" "-" "$(milliseconds "$sysrq")" "$kept"

	dmesg -c >/dev/null
	echo print >$original/fire || result=1
	theirs=$(cat $original/took_ns)
	kept=$(kept_in_log 'uninterruptible task known-')
	row $count "printk in the timer" "$(milliseconds "$theirs")" "$(microseconds "$theirs")" \
		"$(milliseconds "$theirs")" "$kept"
	[ "$(cat $original/uninterruptible)" -ge $count ] || { echo "the other way saw only $(cat $original/uninterruptible)"; result=1; }
	watchdogs 1
	# It may not be slower than what it replaces.
	[ "$ours" -lt "$theirs" ] && [ "$ours" -lt "$sysrq" ] ||
		{ echo "capture $ours ns, sysrq-w $sysrq ns, printk in the timer $theirs ns"; result=1; }
	dmesg -c >/dev/null
	scatter
	return $result
}

costs_with_100() { costs_with 100; }
costs_with_1000() { costs_with 1000; }
costs_with_10000() { costs_with 10000; }

costs_on_the_console() {
	local result=0 theirs ours
	# Of the dumps with as many tasks.
	ours=$(median capture_ns)
	gather 98 || return 1
	sleep 1
	dmesg -n 7
	echo print >$original/fire || result=1
	dmesg -n 4
	theirs=$(cat $original/took_ns)
	row 100 "  on a serial console" "$(milliseconds "$theirs")" "$(microseconds "$theirs")" "$(milliseconds "$theirs")" ""
	[ "$ours" -lt "$theirs" ] || { echo "capture $ours ns, printk on the console $theirs ns"; result=1; }
	dmesg -c >/dev/null
	scatter
	return $result
}

# The rule "the state has the bit TASK_UNINTERRUPTIBLE", applied to the same moment.
has_no_false_sleepers() {
	local result=0 theirs idle ours note_false
	for _ in 1 2 3 4 5; do
		take_into /tmp/before || result=1
		echo count >$original/fire || result=1
		take_into /tmp/after || result=1
		theirs=$(cat $original/uninterruptible)
		idle=$(cat $original/idle)
		ours=$(field "$(head -n 12 /tmp/before)" uninterruptible)
		# The moment is the same when nothing changed around it.
		[ "$ours" != "$(field "$(head -n 12 /tmp/after)" uninterruptible)" ] || [ $((ours + idle)) != "$theirs" ] || break
		sleep 0.5
	done
	note_false="$theirs by the bit, $ours by the kernel's definition of load, $idle idle workers"
	note "uninterruptible at rest: $note_false"
	expect "the difference is the idle workers" "$theirs" $((ours + idle)) || result=1
	[ "$idle" -gt 5 ] || { echo "only $idle idle workers: the test would prove nothing"; result=1; }
	expect "uninterruptible at rest" 0 "$ours" || result=1
	return $result
}

trace_timers_and_wakeups() {
	echo 1 >$tracing/events/timer/hrtimer_expire_entry/enable && echo 1 >$tracing/events/sched/sched_wakeup/enable
}

trace_nothing() { echo 0 >$tracing/events/enable; }

# Timer interrupts and wakeups of the module's, as the kernel's own trace points count them.
is_quiet_at_rest() {
	local result=0 seconds=15 timers wakeups per_second
	mount -t tracefs tracefs $tracing 2>/dev/null
	[ -e $tracing/events/timer/hrtimer_expire_entry/enable ] || { echo "this kernel has no trace points"; return 1; }
	echo 0 >$tracing/tracing_on
	echo 8192 >$tracing/buffer_size_kb
	echo >$tracing/trace
	echo 'comm == "load_monitor" || comm ~ "loadmon_*"' >$tracing/events/sched/sched_wakeup/filter || return 1
	on_one_cpu trace_timers_and_wakeups || return 1
	echo 1 >$tracing/tracing_on
	sleep $seconds
	echo 0 >$tracing/tracing_on
	on_one_cpu trace_nothing
	grep -q hrtimer_expire_entry $tracing/trace || { echo "the trace is empty"; return 1; }
	timers=$(grep -c 'hrtimer_expire_entry.*lm_sampler_expired' $tracing/trace)
	wakeups=$(grep -cE 'sched_wakeup.*comm=(load_monitor|loadmon_)' $tracing/trace)
	echo >$tracing/trace
	per_second=$(awk -v n=$((timers + wakeups)) -v s=$seconds 'BEGIN { printf "%.2f", n / s }')
	note "at rest: $timers timer interrupts and $wakeups wakeups of the thread in $seconds s, $per_second a second"
	# One for each load tick at least, the first and the last of which may lie outside.
	[ "$timers" -ge $((seconds / 5 - 1)) ] || { echo "only $timers timers: the module does not look at the load"; result=1; }
	[ $((timers + wakeups)) -le $((2 * seconds)) ] || { echo "$per_second wakeups a second"; result=1; }
	expect "wakeups of the thread" 0 "$wakeups" || result=1
	return $result
}

# On a slow host the parked threads are in D for longer than the kernel finds healthy.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs 2>/dev/null
echo 65536 >/proc/sys/kernel/pid_max
echo 1 >/proc/sys/kernel/sysrq
load_module
check "wakes up at most twice a second at rest" is_quiet_at_rest
insmod /original_way.ko
row tasks "who" "capture ms" "irqoff us" "RCU ms" "in log"
check "has no false sleepers, other than by the bit in the state" has_no_false_sleepers
check "costs less than sysrq-w and printk with 100 tasks" costs_with_100
check "costs less than printk on a serial console" costs_on_the_console
check "costs less than sysrq-w and printk with 1,000 tasks" costs_with_1000
check "costs less than sysrq-w and printk with 10,000 tasks" costs_with_10000
check "leaves the kernel log clean when measured" has_clean_log
sed 's/^/# /' $table
rmmod original_way
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
