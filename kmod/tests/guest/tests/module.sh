# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# Loading and unloading. To be sourced by tests.sh.

own_lines() { dmesg | grep 'load_monitor:' | grep -vE 'taints kernel|verification failed'; }

# priorities: nice value and scheduling policy (1: real-time, first come first served) of the module's threads.
priorities() {
	local name
	for name in load_monitor loadmon_text loadmon_log; do
		echo "$name $(cut -d ' ' -f 19,41 "/proc/$(pid_of $name)/stat")"
	done
}

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
	# Real-time is the look alone.
	expect "nice and policy of its threads" "load_monitor 0 1 loadmon_text -20 0 loadmon_log 0 0" \
		"$(priorities | tr '\n' ' ' | sed 's/ $//')" || return 1
	expect_match "what it says of this kernel" 'load_monitor: loaded, .*; this kernel has unwinder=(kernel|frame_pointers) ' "$(own_lines)" || return 1
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
