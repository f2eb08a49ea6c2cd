#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# All tests on a kernel that looks for its own faults, then failing allocations and a search for
# leaks. The kernel's findings are on the console, where boot looks for them.
debug=/sys/kernel/debug
mount -t debugfs debugfs $debug
# Its own thread would run among the tasks that tests count; what is asked for below is a scan, too.
echo scan=off >$debug/kmemleak
# What the kernel itself forgot until now.
echo clear >$debug/kmemleak

others=0
sh /tests.sh || others=1
sh /stress.sh || others=1

. /lib.sh
. /hard.sh
echo "KTAP version 1"

# faults FILTER PROBABILITY TIMES: with the filter only those fail whose make-it-fail is set.
faults() {
	local kind
	for kind in failslab fail_page_alloc; do
		# Never without the filter while anything is to fail.
		echo 0 >$debug/$kind/probability
		echo "$1" >$debug/$kind/task-filter
		echo "$3" >$debug/$kind/times
		echo 0 >$debug/$kind/verbose
		echo N >$debug/$kind/ignore-gfp-wait
	done
	echo N >$debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$debug/fail_page_alloc/min-order
	for kind in failslab fail_page_alloc; do
		echo "$2" >$debug/$kind/probability
	done
}

looks_for_faults() {
	local file
	for file in kmemleak failslab fail_page_alloc; do
		[ -e $debug/$file ] || { echo "no $file"; return 1; }
	done
	grep -q '^lock_acquire\|^lockdep_' /proc/kallsyms || [ -e /proc/lockdep_stats ] || { echo "no lockdep"; return 1; }
	# Lockdep switches itself off after its first finding.
	expect_match "lockdep" '^ *debug_locks: *1$' "$(grep debug_locks /proc/lockdep_stats)" || return 1
	dmesg -c >/dev/null
}

# Each allocation of the load fails once: a clean error, nothing left behind.
fails_cleanly_to_load() {
	local result=0 text
	faults N 0 0
	# The kernel reports each failed allocation at length.
	dmesg -n 4
	# What a load does to the tables of pages it tells each CPU, and waits for the answer.
	text=$(on_one_cpu press fail-load /load_monitor.ko "buffer_kb=64 max_tasks=64") || result=1
	dmesg -n 5
	note "allocations that fail at load: $text"
	expect_match "loads" '^refused=[1-9][0-9]+ survived=[0-9]+ ' "$text" || result=1
	# Most of these failed in the module's own init, not before.
	[ "$(dmesg | grep -c 'load_monitor: not loaded: error -12')" -ge 8 ] ||
		{ echo "only $(dmesg | grep -c 'not loaded') failed in the module"; result=1; }
	expect "other words in the log" "" "$(dmesg | grep -E 'BUG|WARNING|KASAN|UBSAN|refcount' | head -n 5)" || result=1
	dmesg -c >/dev/null
	return $result
}

fails_cleanly_to_open() {
	local result=0 text
	load_module || return 1
	act take $knobs/trigger $device "to read" >/dev/null
	faults N 0 0
	dmesg -n 4
	text=$(press fail-open $device) || result=1
	dmesg -n 5
	note "allocations that fail at open: $text"
	expect_match "opens" '^refused=[1-9]' "$text" || result=1
	dmesg -c >/dev/null
	return $result
}

# Every allocation of the thread that takes the dumps would fail: it makes none.
allocates_nothing_in_a_dump() {
	local result=0 pid
	gather 198 || return 1
	spin busy 3
	pid=$(pid_of load_monitor)
	faults Y 100 1000
	echo 1 >/proc/$pid/make-it-fail || return 1
	for _ in 1 2 3 4; do
		act take $knobs/trigger $device "no memory" >/tmp/dump || { cat /tmp/dump; result=1; }
		expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || result=1
	done
	expect "failed slab allocations" 1000 "$(cat $debug/failslab/times)" || result=1
	expect "failed page allocations" 1000 "$(cat $debug/fail_page_alloc/times)" || result=1
	# That the trap was set: a process in it cannot even open a file.
	expect "a process in the same trap" ENOMEM "$(press trapped $knobs/threshold)" || result=1
	faults N 0 0
	stop_spinning
	scatter
	return $result
}

# suspects FILE: the objects in it, without those of tasks that are kept for ever, as stats/tasks_kept says: what was made
# when these were.
suspects() {
	awk '
		/^unreferenced object/ { if (text != "" && !kept) printf "%s", text; text = ""; kept = 0 }
		/ copy_process\+/ { kept = 1 }
		{ text = text $0 "\n" }
		END { if (!kept) printf "%s", text }' "$1"
}

leaks_nothing() {
	rmmod load_monitor
	echo scan >$debug/kmemleak
	# An object is suspect when it is five seconds old.
	sleep 6
	echo scan >$debug/kmemleak
	expect "what kmemleak found" "" "$(suspects $debug/kmemleak | head -n 60)"
}

still_looks_for_faults() { expect_match "lockdep" '^ *debug_locks: *1$' "$(grep debug_locks /proc/lockdep_stats)"; }

check "looks for faults" looks_for_faults
check "fails cleanly when there is no memory to load" fails_cleanly_to_load
check "fails cleanly when there is no memory to open" fails_cleanly_to_open
check "allocates nothing in a dump" allocates_nothing_in_a_dump
check "leaks nothing by kmemleak" leaks_nothing
check "still looks for faults" still_looks_for_faults
check "leaves the kernel log clean when looked at closely" has_clean_log
echo "1..$number"
[ $failed = 0 ] && [ $others = 0 ]
