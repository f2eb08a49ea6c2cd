#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What takes more than two CPUs, as KTAP: on a guest with eight.
. /lib.sh
. /hard.sh
for topic in dump cpus averages; do
	# shellcheck source=/dev/null
	. /tests/$topic.sh
done

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

# Who takes the dump and is told of it, this shell and what it starts: on the first CPU alone.
first_cpu_takes() { apart 1 && pin loadmon_log 1; }

everywhere() { taskset -p ff $$ >/dev/null && pin load_monitor ff && pin loadmon_log ff; }

# busy_on MASK...: a process that spins on each.
busy_on() {
	local mask
	for mask in "$@"; do
		taskset $mask act spin busy &
		spinning="$spinning $!"
	done
	for mask in $spinning; do
		wait_for 60 is_called $mask busy || { echo "no process busy"; return 1; }
	done
}

# Each CPU says itself who runs on it; for a moment a thread of the kernel's may be there.
knows_who_is_on_each_cpu() {
	local result=0 text cpu
	first_cpu_takes
	busy_on 2 4 8 10 20 40 80 || result=1
	for cpu in 1 2 3 4 5 6 7; do
		wait_for 5 shows "^task .* cpu=$cpu state=R on=cpu-user .*comm=\"busy\"" "cpu $cpu" || { echo "CPU $cpu: never in user mode"; result=1; }
		expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	done
	expect_match "CPUs" '^load .* cpus=8' "$text" || result=1
	expect "busy ones" 7 "$(printf '%s\n' "$text" | grep -c '^task .* state=R .*comm="busy"$')" || result=1
	stop_spinning
	everywhere
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

tracing=/sys/kernel/tracing

# answers_of CPU: how often it answered what it runs, since the trace began.
answers_of() { grep -c "^.*\[00$1\].* answered: " $tracing/trace; }

# A dump asks where somebody runs, and lets idle CPUs sleep.
lets_idle_cpus_sleep() {
	local result=0 cpu idle=0
	mount -t tracefs tracefs $tracing 2>/dev/null
	echo 'p:answered lm_cpu_answer' >$tracing/kprobe_events || return 1
	echo 1 >$tracing/events/kprobes/answered/enable || return 1
	first_cpu_takes
	busy_on 2 || result=1
	for _ in 1 2 3 4 5 6 7 8 9 10; do take "who is idle?" >/dev/null || result=1; done
	stop_spinning
	everywhere
	echo 0 >$tracing/events/kprobes/answered/enable
	# For a moment a thread of the kernel's may be anywhere.
	for cpu in 2 3 4 5 6 7; do idle=$((idle + $(answers_of $cpu))); done
	echo "# answers over 10 dumps: $(answers_of 1) of a busy CPU, $idle of six idle ones" >/dev/console
	[ "$(answers_of 1)" -ge 10 ] || { echo "a busy CPU was asked $(answers_of 1) times in 10 dumps"; result=1; }
	[ $idle -lt 20 ] || { echo "six idle CPUs were asked $idle times over 10 dumps"; result=1; }
	[ $result = 0 ] || head -n 40 $tracing/trace
	echo >$tracing/kprobe_events
	return $result
}

# While a CPU goes off line nobody can be asked: said of who is on a CPU, and sleepers have their stacks.
says_when_hotplug_forbids_to_ask() {
	local text result=0 going took last=/sys/devices/system/cpu/cpu7/online
	first_cpu_takes
	busy_on 2 4 || result=1
	insmod /known_stack.ko slow_cpu=1500 || return 1
	echo 0 >$last &
	going=$!
	wait_for 20 grep -qx Y /sys/module/known_stack/parameters/cpu_goes || { echo "no CPU goes"; result=1; }
	text=$(take "a CPU goes")
	state_is $going D || { echo "the CPU went before the dump was there"; result=1; }
	wait $going
	echo 1 >$last
	took=$(field "$(printf '%s\n' "$text" | grep '^cost ')" capture_ns)
	[ "${took:-999999999}" -lt 500000000 ] || { echo "took $took ns"; result=1; }
	expect "busy ones" 2 "$(printf '%s\n' "$text" | grep -cE '^task .* cpu=[12] state=R on=cpu .* stack=0 flags=hotplug .*comm="busy"$')" || result=1
	expect_match "CPUs without an answer" '^count .* cpu_no_answer=[2-7] ' "$text" || result=1
	expect_match "CPUs that were asked" '^load .* cpus=8$' "$text" || result=1
	expect_stack "a sleeper" known-d "$text" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	rmmod known_stack
	stop_spinning
	everywhere
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

names_the_silent_one_of_eight() {
	local result=0 text
	insmod /known_stack.ko park=0 || return 1
	first_cpu_takes
	busy_on 2 4 8 || result=1
	for _ in 1 2 3; do
		wait_for 5 silence || { echo "it cannot be silenced"; result=1; }
		text=$(take "silent")
		! printf '%s\n' "$text" | grep -q ' silent_cpus=1$' || break
		sleep 1
	done
	expect_match "the CPU" '^load .* cpus=8 silent_cpus=1$' "$text" || result=1
	expect_match "who runs there" '^task .* cpu=1 state=R on=cpu .* stack=0 flags=cpu_no_answer .*comm="busy"$' "$text" || result=1
	sleep 1
	stop_spinning
	everywhere
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# Tasks come and go on all CPUs at once while dumps are taken.
adds_up_in_a_storm() {
	local result=0 storm storms=""
	for storm in 1 2 3 4 5 6; do
		press storm 4000 >/tmp/storm.$storm &
		storms="$storms $!"
	done
	press trigger $knobs/trigger 3 >/tmp/trigger
	wait $storms
	expect_match "dumps" '^ok=[1-9][0-9]* .*gone=0 other=0' "$(cat /tmp/trigger)" || result=1
	expect "what does not add up" "" "$(awk -f /dump.awk $device | grep -v '^dumps [1-9]')" || result=1
	note "$(cat /tmp/storm.* | awk '{ s += $1 } END { print s }') forks, $(cat /tmp/trigger)"
	return $result
}

agrees_with_the_averages_of_eight() {
	local result=0
	rm -f /tmp/late
	insmod /known_stack.ko park=0 crowd=60 || return 1
	agree 60 || result=1
	rmmod known_stack
	return $result
}

load_module
check "knows who is on each of eight CPUs" knows_who_is_on_each_cpu
check "lets idle CPUs sleep" lets_idle_cpus_sleep
check "says when hotplug forbids to ask" says_when_hotplug_forbids_to_ask
check "names the silent one of eight CPUs" names_the_silent_one_of_eight
check "adds up in a storm on eight CPUs" adds_up_in_a_storm
check "agrees with the averages of eight CPUs" agrees_with_the_averages_of_eight
check "leaves the kernel log clean with eight CPUs" has_clean_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
