# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# The files in sysfs, but for what the module counts there. To be sourced by tests.sh.

# refuses FILE TEXT...: each by EINVAL, and the file stays as it is.
refuses() {
	local file=$1
	shift
	expect "$file" "refused $#" "$(act refuse $file "$@")"
}

refuses_bad_values() {
	local result=0 knob before
	for knob in threshold active_threshold cooldown_ms min_spacing_ms interval_ms; do
		# An empty write never reaches the module.
		refuses $knobs/$knob '\n' ' ' -1 +1 '1 ' ' 1' 0x10 1e3 abc '1\n2' '1\n\n' '\x00' '1\x00' '1\x002' '\xff' \
			99999999999999999999 18446744073709551617 4294967297 '1,5' '١' || result=1
	done
	refuses $knobs/threshold . 1. .5 1.234 1..2 1.2.3 -0.5 4.0a 10000000 '1.5 ' || result=1
	for knob in active_threshold cooldown_ms min_spacing_ms interval_ms; do
		expect "$knob: writing 1.5" EINVAL "$(act write $knobs/$knob 1.5)" || result=1
	done
	expect "interval_ms: writing 0" EINVAL "$(act write $knobs/interval_ms 0)" || result=1
	expect "interval_ms: writing 1001" EINVAL "$(act write $knobs/interval_ms 1001)" || result=1
	expect "threshold is still" 0.00 "$(number_in $knobs/threshold)" || result=1
	# More than a page reaches the module in pages, and the first page of this one is a good 0.
	for knob in threshold active_threshold cooldown_ms min_spacing_ms interval_ms trigger; do
		before=$(number_in $knobs/$knob 2>/dev/null)
		refuses $knobs/$knob "$(printf '%064d' 1)" "$(printf '%05000d' 1)" "$(printf '%04096d' 9 | tr 0 9)" || result=1
		# Nothing reaches the module, and nothing changes.
		expect "$knob: writing nothing" OK "$(act write $knobs/$knob '')" || result=1
		expect "$knob after that" "$before" "$(number_in $knobs/$knob 2>/dev/null)" || result=1
	done
	refuses /sys/module/load_monitor/parameters/printk '\n' perhaps -1 2 '\x00' '\xff' \
		"$(printf '%05000d' 2 | tr 0 2)" || result=1
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
		expect "threshold after '${pair%=*}'" "${pair#*=}" "$(number_in $knobs/threshold)" || result=1
	done
	for pair in cooldown_ms=86400000 cooldown_ms=20000 interval_ms=1 interval_ms=10 active_threshold=10000000 \
		active_threshold=0 min_spacing_ms=3600000 min_spacing_ms=0; do
		expect "$pair" OK "$(act write $knobs/${pair%=*} "${pair#*=}")" || result=1
		expect "${pair%=*}" "${pair#*=}" "$(number_in $knobs/${pair%=*})" || result=1
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

# Who asked is in no dump, but in its header, under a name that forges nothing.
names_who_asked() {
	local result=0 text asker name
	name=/tmp/$(printf 'a"\nend id=1')
	act write $knobs/trigger "asked" >/dev/null &
	asker=$!
	wait $asker
	text=$(cat $device | newest)
	expect_match "the asker" "^trigger kind=manual reason=\"asked\" cause=[a-z]+ asker_pid=$asker asker_comm=\"act\"\$" \
		"$text" || result=1
	expect_no_match "the asker among the tasks" "^task pid=$asker " "$text" || result=1
	cp /bin/act "$name"
	"$name" write $knobs/trigger "forged" >/dev/null || result=1
	text=$(cat $device | newest)
	expect_match "a hostile name" '^trigger .* asker_comm="a\\"\\nend id=1"$' "$text" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	rm "$name"
	[ $result = 0 ] || printf '%s\n' "$text"
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

wakes_pollers_of_last_id() {
	local result=0 next poller
	next=$(($(cat $knobs/last_id) + 1))
	act wait $knobs/last_id 20000 >/tmp/poll &
	poller=$!
	wait_for 20 is_asleep $poller act || { echo "nobody polls"; result=1; }
	act write $knobs/trigger poll >/dev/null
	wait $poller
	expect "poll" "woken $next" "$(cat /tmp/poll)" || result=1
	expect "poll without a dump" "timeout $next" "$(act wait $knobs/last_id 700)" || result=1
	return $result
}

# sysfs_notify() would, each time, under a lock that others hold while they wait for memory.
looks_for_no_file_in_sysfs() {
	local result=0 before poller
	insmod /slow_names.ko symbol=kernfs_find_and_get_ns || return 1
	before=$(cat $knobs/last_id)
	act wait $knobs/last_id 20000 >/tmp/poll &
	poller=$!
	wait_for 20 is_asleep $poller act || { echo "nobody polls"; result=1; }
	echo 1 >/sys/module/slow_names/parameters/state
	take "poll" >/dev/null || result=1
	# What is to be done for who polls has been done then.
	wait $poller
	expect "poll" "woken $((before + 1))" "$(cat /tmp/poll)" || result=1
	expect "last_id" $((before + 1)) "$(cat $knobs/last_id)" || result=1
	expect "the probe of the lookup (2 and 0: it was hit)" 1 "$(cat /sys/module/slow_names/parameters/state)" || result=1
	rmmod slow_names
	return $result
}
