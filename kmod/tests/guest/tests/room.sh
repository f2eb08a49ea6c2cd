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

# 65,536 frames are 1,024 stacks of 64: the others' tasks are there, without a stack, and counted.
counts_stacks_without_room() {
	local result=0 without
	# Their text needs room for itself.
	rmmod load_monitor
	load_module || return 1
	on_one_cpu insmod /known_stack.ko park=0 deep=1100 || result=1
	# Too long for a variable of awk's.
	act take $knobs/trigger $device "many stacks" >/tmp/dump || result=1
	on_one_cpu rmmod known_stack
	expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/dump)" || result=1
	# Without the frames.
	grep '^[tc]' /tmp/dump >/tmp/tasks
	expect "threads" 1100 "$(grep -c '^task .* state=D .*comm="known-deep"$' /tmp/tasks)" || result=1
	without=$(grep -c '^task .* stack=0 flags=no_room .*comm="known-deep"$' /tmp/tasks)
	if sleepers_have_stacks; then
		[ "$without" -ge 76 ] && [ "$without" -le 100 ] || { echo "expected 76 or a few more without a stack, got $without"; result=1; }
	else
		expect "without room" 0 "$without" || result=1
	fi
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
