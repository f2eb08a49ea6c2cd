# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What is left out where there is too little room, and how it is counted. To be sourced by tests.sh.

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
	[ "$(grep -c '^load_monitor dump ' $device)" -lt 41 ] || { echo "all 41 dumps are there"; result=1; }
	expect "none is lost" 0 "$(cat $knobs/stats/lost)" || result=1
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# sampled TEXT OLD NEW: how many of the older and of the newer ones are in it, added to $old and $new.
sampled() {
	old=$((old + $(printf '%s\n' "$1" | grep -c ' comm="known-crowd"$')))
	new=$((new + $(printf '%s\n' "$1" | grep -c ' comm="known-deep"$')))
}

# samples_fairly PARAMETER: of 300 tasks and 100 that began after them a quarter is new in what finds room. By as much
# as chance has it in a thousand or more: more than four standard deviations off are none.
samples_fairly() {
	local result=0 text old=0 new=0 share
	rmmod load_monitor
	load_module $1 || return 1
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		text=$(take "sample")
		expect_match "$1: the counts" '^count .* captured=([0-9]+) .* truncated=[1-9][0-9]* sampled=\1 of=4[0-9][0-9] ' "$text" || result=1
		expect "$1: what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
		sampled "$text"
	done
	share=$((new * 1000 / (old + new)))
	echo "# $1: $new of $((old + new)) in 12 dumps are of the newest quarter" >/dev/console
	[ $((old + new)) -ge 600 ] || { echo "$1: only $old and $new"; result=1; }
	[ $share -ge 180 ] && [ $share -le 320 ] || { echo "$1: of the newest quarter $new of $((old + new))"; result=1; }
	[ $result = 0 ] || printf '%s\n' "$text" | head -n 30
	return $result
}

# The newest are what an incident brings: what is cut off is to be a fair sample of all.
keeps_a_fair_sample() {
	local result=0
	on_one_cpu insmod /known_stack.ko park=0 crowd=300 deep=100 deep_frames=1 || return 1
	# No room for the tasks, and none for their text.
	samples_fairly max_tasks=100 || result=1
	samples_fairly buffer_kb=64 || result=1
	scatter
	return $result
}

# What began it stays, however many dumps come after it, and who reads all of them is not told that any went.
keeps_the_dump_of_the_crossing() {
	local result=0 crossing text
	rmmod load_monitor
	load_module buffer_kb=64 || return 1
	insmod /known_stack.ko park=0 crowd=30 || return 1
	echo 20 >$knobs/active_threshold
	wait_for 12 has_counted active 0 || { echo "no crossing"; result=1; }
	crossing=$(number_in $knobs/last_id)
	echo 0 >$knobs/active_threshold
	act many $knobs/trigger 40 >/dev/null
	text=$(cat $device 2>/tmp/wrong)
	expect "what cat says" "" "$(cat /tmp/wrong)" || result=1
	expect_match "the oldest dump" "^load_monitor dump .* id=$crossing " "$(printf '%s\n' "$text" | head -n 1)" || result=1
	expect_match "its trigger" '^trigger kind=active ' "$(printf '%s\n' "$text" | head -n 2)" || result=1
	expect_match "the newest dump" "^load_monitor dump .* id=$((crossing + 40)) " "$text" || result=1
	expect "those in between" 0 "$(printf '%s\n' "$text" | grep -c "^load_monitor dump .* id=$((crossing + 10)) ")" || result=1
	expect "what does not add up" "" "$(printf '%s\n' "$text" | awk -f /dump.awk | grep -v '^dumps [1-9]')" || result=1
	# Another crossing takes its place.
	echo 21 >$knobs/active_threshold
	echo 0 >$knobs/cooldown_ms
	wait_for 12 has_counted active 1 || { echo "no second crossing"; result=1; }
	echo 0 >$knobs/active_threshold
	echo 20000 >$knobs/cooldown_ms
	act many $knobs/trigger 40 >/dev/null
	expect_no_match "the first crossing" " id=$crossing " "$(head -n 1 $device)" || result=1
	expect_match "the second one" '^trigger kind=active ' "$(head -n 2 $device)" || result=1
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text" | grep -E '^(load_monitor|trigger|count) '
	return $result
}

# 65,536 frames are 1,024 stacks of 64: the others' tasks are there, without a stack, and counted.
counts_stacks_without_room() {
	local result=0 without
	# Their text needs more room than half of what there is by default.
	rmmod load_monitor
	load_module buffer_kb=16384 || return 1
	on_one_cpu insmod /known_stack.ko park=0 deep=1100 || result=1
	# Too long for a variable of awk's.
	act take $knobs/trigger $device "many stacks" >/tmp/dump || result=1
	on_one_cpu rmmod known_stack
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || result=1
	# Without the frames.
	grep '^[tc]' /tmp/dump >/tmp/tasks
	expect "threads" 1100 "$(grep -c '^task .* state=D .*comm="known-deep"$' /tmp/tasks)" || result=1
	without=$(grep -c '^task .* stack=0 flags=no_room .*comm="known-deep"$' /tmp/tasks)
	[ "$without" -ge 76 ] && [ "$without" -le 100 ] || { echo "expected 76 or a few more without a stack, got $without"; result=1; }
	# A kernel thread that wants to run right then may have found none, either.
	expect_match "the counts" "^count .* no_room=$(grep -c '^task .* flags=no_room ' /tmp/tasks) " "$(grep '^count ' /tmp/tasks)" || result=1
	rm -f /tmp/dump /tmp/tasks
	return $result
}

# keep REASON [COUNT]: so many dumps, or one, and a process that holds on to them, with its pid in $kept.
kept=
keep() {
	: >/tmp/keep
	act keep $knobs/trigger $device "$1" ${2:-1} >/tmp/keep 2>&1 &
	kept="$kept $!"
	wait_for 10 test -s /tmp/keep
	expect "$1" "kept ${2:-1}" "$(cat /tmp/keep)"
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
	expect "$1: lost" $2 "$(number_in $knobs/stats/lost)" || result=1
	expect "$1: last_id" $3 "$(number_in $knobs/last_id)" || result=1
	expect "$1: dumps_manual" $4 "$(number_in $knobs/stats/dumps_manual)" || result=1
	expect "$1: refused" 0 "$(number_in $knobs/stats/refused)" || result=1
	return $result
}

# of_count KEY: in the newest dump.
of_count() { value "$(cat $device | newest | grep '^count ')" $1; }

# held COUNT: a dump that a process holds on to, or the end.
holds_one_more() {
	local before
	before=$(number_in $knobs/last_id)
	keep "held" >/tmp/holds && [ "$(number_in $knobs/last_id)" = $((before + 1)) ] &&
		expect "dump $((before + 1)): what does not add up" "dumps 1" "$(cat $device | newest | awk -f /dump.awk)" >>/tmp/holds
}

# 16 chunks of 4 KiB, of which a dump takes 8 at most, and begins only when it has 4 for its header and one for its
# footer. What it does not need is given back. With 200 tasks each dump has less room than the one before, until there
# is none.
runs_out_of_memory() {
	local result=0 first held=0
	rmmod load_monitor
	load_module buffer_kb=64 || return 1
	gather 198 || return 1
	first=$(($(cat $knobs/last_id) + 1))
	while [ $held -lt 6 ] && holds_one_more; do held=$((held + 1)); done
	[ $held -ge 2 ] && [ $held -le 5 ] || { echo "$held dumps fit: expected 2 to 5"; cat /tmp/holds; result=1; }
	# The one that found no room is the first that is lost.
	has_lost "$held dumps held" 2 $((first + held - 1)) $held || result=1
	# Not even one without tasks.
	scatter
	has_lost "$held dumps held, no tasks" 3 $((first + held - 1)) $held || result=1
	let_go $kept
	kept=
	expect_match "none held" "^load_monitor dump .* id=$((first + held)) " "$(take "none held")" || result=1
	expect "none held: lost_dumps" 3 "$(of_count lost_dumps)" || result=1
	act many $knobs/trigger 40 >/tmp/many
	expect "nobody holds any" "ok=40 busy=0 early=0 other=0" "$(cat /tmp/many)" || result=1
	expect "nobody holds any: lost_dumps" 3 "$(of_count lost_dumps)" || result=1
	expect "nobody holds any: lost" 3 "$(cat $knobs/stats/lost)" || result=1
	expect "what does not add up" 0 "$(cat $device | awk -f /dump.awk | grep -vc '^dumps [1-9]')" || result=1
	return $result
}

# Memory there is, but 32 dumps and as many as the ring has are all that are told apart.
runs_out_of_dumps() {
	local result=0 first
	rmmod load_monitor
	load_module ring=2 || return 1
	first=$(($(cat $knobs/last_id) + 1))
	keep "all but one" 33 || result=1
	keep "the last one" || result=1
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
