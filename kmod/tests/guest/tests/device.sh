# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# The device, and what its text and the log's look like. To be sourced by tests.sh.

escapes_hostile_names() {
	local result=0 text
	named_vfork_parents 'a\nend id=1 tasks' 'quote" \\ back' '\x1b[31m\x07\x7f\x01' '\xff\xfe\xc3\x28\xe2\x82' \
		')(\x09 )R 1 2 3' '\ntask pid=1' '\nload_monitor d' || result=1
	text=$(take "hostile names")
	stop_vfork_parents
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
	for reader in 1 2 3 4 5 6; do
		# Slow and quick ones, over and over while dumps are taken.
		(
			size=$((reader * reader * reader * 40))
			for _ in 1 2 3; do
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
	rmmod known_stack
	rm -f /tmp/reader.* /tmp/wrong.* /tmp/error.*
	return $result
}

# ids_in FILE: of its dumps.
ids_in() { sed -n 's/^load_monitor dump .* id=\([0-9]*\) .*/\1/p' $1 | tr '\n' ' '; }

tells_an_overtaken_reader_once() {
	local result=0 oldest newest
	rmmod load_monitor
	load_module ring=4 || return 1
	take "the first" >/dev/null
	oldest=$(ids_in $device | cut -d ' ' -f 1)
	newest=$(($(cat $knobs/last_id) + 10))
	act overtake $device $knobs/trigger 10 >/tmp/overtaken || return 1
	expect "told" 1 "$(grep -c 'EPIPE' /tmp/overtaken)" || result=1
	sed '/^\[EPIPE\]$/d' /tmp/overtaken >/tmp/dumps
	expect "what does not add up" "dumps 5" "$(awk -f /dump.awk /tmp/dumps)" || result=1
	expect "ids" "$oldest $((newest - 3)) $((newest - 2)) $((newest - 1)) $newest " "$(ids_in /tmp/dumps)" || result=1
	expect "the ring" "dumps 4" "$(cat $device | awk -f /dump.awk)" || result=1
	[ $result = 0 ] || cat /tmp/overtaken
	return $result
}

wakes_readers_of_the_device() {
	local result=0 poller
	act tail $device 20000 >/tmp/tail &
	poller=$!
	wait_for 20 is_asleep $poller act || { echo "the reader does not wait"; result=1; }
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

# The mode of a file lets in a root who has lost his power, as in a container that is shown /sys.
lets_only_administrators_set() {
	local result=0 knob before refused
	refused=$(cat $knobs/stats/refused)
	for knob in threshold active_threshold cooldown_ms min_spacing_ms interval_ms; do
		before=$(cat $knobs/$knob)
		expect "$knob" EPERM "$(act powerless $knobs/$knob 7)" || result=1
		expect "$knob afterwards" "$before" "$(cat $knobs/$knob)" || result=1
	done
	before=$(cat $knobs/last_id)
	expect "trigger" EPERM "$(act powerless $knobs/trigger powerless)" || result=1
	expect "last_id" "$before" "$(cat $knobs/last_id)" || result=1
	expect "refused" "$refused" "$(cat $knobs/stats/refused)" || result=1
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
	chgrp 1234 $knobs/trigger && chmod 220 $knobs/trigger
	expect "a member writes to a trigger of the group" OK "$(act write $knobs/trigger member 1000 1234)" || result=1
	expect "somebody else" EACCES "$(act write $knobs/trigger other 1000 1000)" || result=1
	chmod 222 $knobs/trigger
	expect "somebody else in spite of the mode of trigger" EPERM "$(act write $knobs/trigger other 1000 1000)" || result=1
	chmod 666 $knobs/threshold
	expect "a member in spite of the mode of threshold" EPERM "$(act write $knobs/threshold 7 1000 1234)" || result=1
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

has_logged_the_end() { dmesg | grep -q '^\[[^]]*\] load_monitor: end id='; }

prints_to_the_log() {
	local result=0
	rmmod load_monitor
	load_module printk=1 || return 1
	clear_log
	take "to the log" >/tmp/dump
	wait_for 20 has_logged_the_end || { echo "no end in the log"; result=1; }
	dmesg | sed -n 's/^\[[^]]*\] load_monitor: //p' >/tmp/log
	cmp /tmp/dump /tmp/log || result=1
	rmmod load_monitor
	load_module
	return $result
}
