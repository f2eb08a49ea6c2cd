# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# Which locks tasks wait for, and who holds them. To be sourced by tests.sh.

# lock_named TEXT NAME: the lock record of that name.
lock_named() { printf '%s\n' "$1" | grep "^lock .* name=\"$2\"\$"; }

# task_called TEXT COMM: the records of the tasks of that name.
task_called() { printf '%s\n' "$1" | grep "^task .* comm=\"$2\"\$"; }

# With PREEMPT_RT all but semaphores are of one kind.
is_realtime() { [ "$(cat /sys/kernel/realtime 2>/dev/null)" = 1 ]; }

# tells_locks KIND: the module says at load that it tells locks of this kind.
tells_locks() { grep -qE " locks=([a-z_]+,)*$1(,[a-z_]+)*\$" /tmp/loaded; }

# Who can be killed while he waits for one has no field that says so: there must be a way by his stack, as for percpu_rwsems.
tells_rwsems() { tells_locks rwsem && tells_locks percpu_rwsem; }

# scene NAME WAITERS [OPTION...]: threads that hold locks, and a dump into $text when so many tasks sleep in D.
scene() {
	local name=$1 waiters=$2
	shift 2
	insmod /held_locks.ko scene=$name "$@" || return 1
	wait_for 60 in_uninterruptible $waiters || { echo "scene $name: not $waiters in D"; cat $knobs/tasks; return 1; }
	text=$(take "scene $name")
	expect "scene $name: what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || return 1
	has_names || give_names wait-mutex held_mutex wait-rt held_rt_mutex wait-writer held_rwsem wait-shared held_shared \
		wait-semaphore held_semaphore wait-percpu held_percpu_rwsem deep-2 held_first deep-3 held_second deep-4 held_third \
		wait-cpu held_first circle-1 held_second circle-2 held_first
}

# give_names COMM NAME...: the lock for which this one waits gets that name in $text, as a kernel with names would have it.
give_names() {
	local id
	while [ $# -gt 0 ]; do
		id=$(value "$(task_called "$text" $1 | head -n 1)" lock)
		[ -z "$id" ] || text=$(printf '%s\n' "$text" | sed "s/^lock id=$id [^\"]*\$/& name=\"$2\"/")
		shift 2
	done
}

in_uninterruptible() { grep -q "^uninterruptible $1\$" $knobs/tasks; }

end_scene() {
	rmmod held_locks
	[ $1 = 0 ] || printf '%s\n' "$text"
	return $1
}

# holds OWNER NAME TYPE HELD WAITERS: the lock of that name is held by the task of that name, which is in the dump.
holds() {
	local lock owner
	lock=$(lock_named "$text" $2)
	owner=$(value "$lock" owner)
	expect "$2: type, held, waiters" "$3 $4 $5" "$(value "$lock" type) $(value "$lock" held) $(value "$lock" waiters)" || return 1
	expect "$2: owner" "$(value "$(task_called "$text" $1)" pid)" "$owner" || return 1
	[ -n "$owner" ] || { echo "$2: no owner"; return 1; }
}

# waits COMM COUNT NAME read|write: so many tasks of that name wait for the lock of that name.
waits() {
	local id
	id=$(value "$(lock_named "$text" $3)" id)
	expect "$1: waits for $3" $2 "$(task_called "$text" $1 | grep -c " state=D on=sleep .* lock=$id wait=$4 ")"
}

# The owners sleep in S: they are no load, and listed all the same, with their stacks.
names_the_holder_of_each_kind() {
	local result=0 text mutex=mutex owner
	scene kinds 19 || result=1
	! is_realtime || mutex=rt_mutex
	holds own-mutex held_mutex $mutex write 3 || result=1
	waits wait-mutex 3 held_mutex write || result=1
	holds own-rt held_rt_mutex rt_mutex write 3 || result=1
	waits wait-rt 3 held_rt_mutex write || result=1
	if tells_rwsems; then
		holds own-rwsem held_rwsem rwsem write 5 || result=1
		waits wait-reader 2 held_rwsem read || result=1
		waits wait-writer 3 held_rwsem write || result=1
		# Readers have a number, and no name.
		expect_match "shared" '^lock id=[0-9]+ type=rwsem held=read readers=3 waiters=2 name="held_shared"$' "$text" || result=1
		waits wait-shared 2 held_shared write || result=1
		expect_no_match "a reader's name" '^task .* comm="own-shared"$' "$text" || result=1
	fi
	if tells_locks semaphore; then
		waits wait-semaphore 3 held_semaphore write || result=1
		# Where the kernel has it: who took it last.
		owner=$(value "$(lock_named "$text" held_semaphore)" owner)
		if [ -n "$owner" ]; then
			holds own-semaphore held_semaphore semaphore last 3 || result=1
		else
			expect_match "semaphore" '^lock id=[0-9]+ type=semaphore waiters=3 name="held_semaphore"$' "$text" || result=1
		fi
	fi
	if tells_locks percpu_rwsem; then
		waits wait-percpu 3 held_percpu_rwsem read || result=1
		# Nobody says who writes.
		expect_match "percpu_rwsem" '^lock id=[0-9]+ type=percpu_rwsem held=write waiters=3 name="held_percpu_rwsem"$' "$text" || result=1
	fi
	for owner in own-mutex own-rt; do
		expect_match "$owner" "^task .* state=S on=sleep .* stack=[1-9][0-9]* flags=owner .*comm=\"$owner\"\$" "$text" || result=1
	done
	expect "what the owner does" "held_thread kthread " "$(frames_of "$text" own-mutex | sed 's/held_stay //')" || result=1
	expect_no_match "an address" '^lock .*(0x|[0-9a-f]{12})' "$text" || result=1
	end_scene $result
}

follows_three_locks() {
	local result=0 text
	scene nested 4 || result=1
	holds deep-1 held_first "$(value "$(lock_named "$text" held_first)" type)" write 1 || result=1
	holds deep-2 held_second "$(value "$(lock_named "$text" held_second)" type)" write 1 || result=1
	holds deep-3 held_third "$(value "$(lock_named "$text" held_third)" type)" write 2 || result=1
	waits deep-2 1 held_first write || result=1
	waits deep-3 1 held_second write || result=1
	waits deep-4 2 held_third write || result=1
	expect_match "the root" '^task .* state=S on=sleep .* flags=owner .*comm="deep-1"$' "$text" || result=1
	# Who is load is no other one.
	expect "owners that are load" 0 "$(printf '%s\n' "$text" | grep -c '^task .* flags=owner .*comm="deep-[234]"$')" || result=1
	end_scene $result
}

names_a_holder_on_a_cpu() {
	local result=0 text
	scene cpu 2 || result=1
	holds own-cpu held_first "$(value "$(lock_named "$text" held_first)" type)" write 2 || result=1
	expect_match "the owner" '^task .* state=R on=(cpu-kernel|queue) .*comm="own-cpu"$' "$text" || result=1
	expect_no_match "the owner is load" '^task .* flags=owner .*comm="own-cpu"$' "$text" || result=1
	end_scene $result
}

# Whoever looks for locks that are never given back is right to be told of these.
is_lockdep() { [ -e /proc/lockdep_stats ]; }

says_that_the_holder_ended() {
	local result=0 text
	is_lockdep && return 0
	scene gone 4 || result=1
	has_names || text=$(printf '%s\n' "$text" | sed '/ type=r*t*_*mutex /s/^lock [^"]*$/& name="held_first"/; / type=rwsem /s/^lock [^"]*$/& name="held_rwsem"/')
	expect_match "the mutex" '^lock id=[0-9]+ type=(mutex|rt_mutex) held=gone waiters=2 name="held_first"$' "$text" || result=1
	! tells_rwsems || expect_match "the rwsem" '^lock id=[0-9]+ type=rwsem held=gone waiters=2 name="held_rwsem"$' "$text" || result=1
	end_scene $result
}

shows_a_deadlock() {
	local result=0 text
	is_lockdep && return 0
	scene cycle 3 || result=1
	holds circle-1 held_first "$(value "$(lock_named "$text" held_first)" type)" write 2 || result=1
	holds circle-2 held_second "$(value "$(lock_named "$text" held_second)" type)" write 1 || result=1
	waits circle-1 1 held_second write || result=1
	waits circle-2 1 held_first write || result=1
	waits circle-3 1 held_first write || result=1
	end_scene $result
}

leaves_locks_out_on_request() {
	local result=0 text
	unload_module || return 1
	load_module locks=0 || return 1
	expect_no_match "what it says of this kernel" ' locks=' "$(cat /tmp/loaded)" || result=1
	scene nested 4 || result=1
	expect_no_match "locks" '^lock |^task .* lock=|flags=owner' "$text" || result=1
	end_scene $result
	unload_module && load_module || result=1
	return $result
}

storm=/sys/module/locks_storm/parameters

storm_rests() { [ "$(cat $storm/run)" = 0 ]; }

# claims FILE: what its dumps say of the storm's locks, a line each, with the time of the look. With PREEMPT_RT a rwsem has
# no name, because the lock is a part of it.
claims() {
	awk '
		function value(key,    i) { for (i = 2; i <= NF; i++) if (index($i, key "=") == 1) return substr($i, length(key) + 2); return "" }
		/^time / { from = value("monotonic_ns"); split("", names) }
		# Of such large numbers awk has no exact sums.
		/^cost / { window = from " " value("capture_ns") }
		/^lock / {
			name = value("name")
			gsub(/"/, "", name)
			names[value("id")] = name
			held = value("held")
			if (name == "") next
			if (value("owner") != "") print window, "owner", name, value("owner")
			if (held == "read" || held == "nobody" || held == "gone") print window, "held", name, held
		}
		/^task .* comm="storm"$/ && names[value("lock")] != "" { print window, "wait", names[value("lock")], value("pid"), value("wait") }
	' "$1"
}

# checks_the_storm SECONDS: dumps while locks change hands, each claim against the log of the threads themselves.
checks_the_storm() {
	local result=0 until dumps=0 from length claim told
	insmod /locks_storm.ko || return 1
	until=$(($(uptime_cs) + $1 * 100))
	while [ "$(uptime_cs)" -lt $until ]; do
		act take $knobs/trigger $device "storm" >/tmp/storm || { cat /tmp/storm; result=1; }
		dumps=$((dumps + 1))
		echo 0 >$storm/run
		wait_for 20 storm_rests || { echo "the storm does not rest"; result=1; }
		expect "what does not add up" "dumps 1" "$(awk -f /dump.awk /tmp/storm)" || { cat /tmp/storm; result=1; }
		claims /tmp/storm >/tmp/claims
		while read -r from length claim; do
			echo "$from $((from + length)) $claim" >$storm/claim || { echo "claim: $claim"; result=1; }
		done </tmp/claims
		echo 1 >$storm/run
		# Who says nothing for minutes counts as hung.
		[ $((dumps % 500)) != 0 ] || echo "# $dumps dumps: $(cat $storm/claim)" >/dev/console
	done
	told=$(cat $storm/claim)
	echo "# $dumps dumps: $told" >/dev/console
	rmmod locks_storm
	# Without names nobody knows of which lock a claim is.
	has_names || return $result
	expect_match "claims" '^right=[1-9][0-9]* wrong=0 expired=0 ' "$told" || { dmesg | grep wrong: | head; result=1; }
	return $result
}

claims_nothing_wrong_of_locks_that_change_hands() { checks_the_storm 8; }
