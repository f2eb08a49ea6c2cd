# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What a dump says, against what /proc says. To be sourced by tests.sh.

averages() { cut -d ' ' -f 1-3 /proc/loadavg; }

# tells_of_the_host: a dump into $text, between $before and $after, hundredths of a second.
tells_of_the_host() {
	local result=0 earlier later load wall
	earlier="$(averages)"
	wall=$(date +%s)
	before=$(uptime_cs)
	text=$(take "the truth")
	after=$(uptime_cs)
	later="$(averages)"
	load=$(record "$text" load)
	load="$(value "$load" avg1) $(value "$load" avg5) $(value "$load" avg15)"
	[ "$load" = "$earlier" ] || expect "averages, '$earlier' before" "$later" "$load" || result=1
	# The clock that date looks at lags by a jiffy.
	is_between "wall" $wall $(($(date +%s) + 1)) \
		"$(date -u -d "$(value "$(record "$text" time)" wall | sed 's/T/ /; s/\..*//')" +%s)" || result=1
	expect "boot_id" "$(cat /proc/sys/kernel/random/boot_id)" "$(value "$(record "$text" load_monitor)" boot_id)" || result=1
	expect "release" "$(uname -r)" "$(value "$(record "$text" load_monitor)" release)" || result=1
	expect "cpus" "$(nproc)" "$(value "$(record "$text" load)" cpus)" || result=1
	return $result
}

# tells_of_the_task PID EARLIEST LATEST: its sleep began between these two times, in hundredths of a second.
tells_of_the_task() {
	local result=0 line ticks
	line=$(printf '%s\n' "$text" | grep "^task pid=$1 ")
	ticks=$(cut -d ' ' -f 22 /proc/$1/stat)
	expect "$1: tgid" $1 "$(value "$line" tgid)" || result=1
	expect "$1: ppid" "$(sed -n 's/^PPid:[^0-9]*//p' /proc/$1/status)" "$(value "$line" ppid)" || result=1
	expect "$1: cpu" "$(cut -d ' ' -f 39 /proc/$1/stat)" "$(value "$line" cpu)" || result=1
	# It sleeps, so there are none meanwhile.
	expect "$1: switches" "$(awk '/ctxt_switches:/ { sum += $2 } END { print sum }' /proc/$1/status)" \
		"$(value "$line" switches)" || result=1
	# The kernel takes the two one after the other, and the next hundredth may begin in between.
	is_between "$1: start_ns in hundredths" $((ticks - 1)) $ticks "$(($(value "$line" start_ns) / 10000000))" || result=1
	# A little for the scheduler's clock, which is another one.
	is_between "$1: since_ms" $(((before - $3) * 10 - 100)) $(((after - $2) * 10 + 100)) "$(value "$line" since_ms)" || result=1
	return $result
}

# A thread is one of a process, and that has a name people know; and how long it waited for a CPU.
names_the_process_of_a_thread() {
	local result=0 text line process
	# All on one CPU: a second one that spins costs this test's host another.
	spin rival 2 2
	taskset 2 act thread 'wor"ker' &
	process=$!
	spinning="$spinning $process"
	apart 2
	sleep 0.5
	wait_for 5 shows ' leader="act" comm="wor\\"ker"$' "thread"
	line=$(printf '%s\n' "$text" | grep '^task .* comm="wor\\"ker"$')
	expect_match "the name of its process" ' leader="act" comm="wor\\"ker"$' "$text" || result=1
	expect "its process" $process "$(value "$line" tgid)" || result=1
	[ "$(value "$line" pid)" != "$(value "$line" tgid)" ] || { echo "it is the first thread: $line"; result=1; }
	expect_no_match "a first thread with a leader" ' leader=".*" comm="rival"$' "$text" || result=1
	# Three on one CPU: two of them wait, and have waited before.
	wait_for 5 shows '^task .* on=queue since_ms=[0-9]+ queued_ms=[0-9]+ run_delay_ms=[1-9][0-9]* .* comm="rival"$' "queue"
	expect_match "who waits" '^task .* on=queue since_ms=[0-9]+ queued_ms=[0-9]+ run_delay_ms=[1-9][0-9]* .* comm="rival"$' "$text" || result=1
	expect_no_match "who does not wait, and since when" '^task .* on=(cpu[a-z-]*|sleep) .* queued_ms=' "$text" || result=1
	# It cannot have waited for longer than that.
	printf '%s\n' "$text" | awk '/^task .* on=queue / {
		match($0, /queued_ms=[0-9]+/); queued = substr($0, RSTART + 10, RLENGTH - 10)
		match($0, /since_ms=[0-9]+/); since = substr($0, RSTART + 9, RLENGTH - 9)
		if (queued + 0 > since + 5) print }' >/tmp/odd
	expect "queued for longer than since it last had a CPU" "" "$(cat /tmp/odd)" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	stop_spinning
	together
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

tells_the_truth() {
	local result=0 text before after pid earliest asleep
	rm -f /tmp/asleep
	# One that sleeps for longer, and has seen more, than the other.
	for _ in 1 2; do
		earliest=$(uptime_cs)
		vfork_parents 1 || return 1
		echo "${forking##* } $earliest $(uptime_cs)" >>/tmp/asleep
		sleep 1.2
	done
	tells_of_the_host || result=1
	while read -r pid earliest asleep; do
		tells_of_the_task $pid $earliest $asleep || result=1
	done </tmp/asleep
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	stop_vfork_parents
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# A task of a dump ends, and is forgotten, before the text is written, which a kernel probe holds for at most 15 s. The
# dump tells what was so when it looked.
tells_what_was_so_when_it_looked() {
	local result=0 held=/sys/module/slow_names/parameters/state group=/sys/fs/cgroup/early dumping text ends pid
	insmod /slow_names.ko symbol=lm_report_write || return 1
	mkdir $group || result=1
	named_vfork_parents ends || result=1
	ends=${forking# }
	echo $ends >$group/cgroup.procs || result=1
	apart 2
	# The other CPU is the one that is held.
	for pid in $ends $(pgrep_children $ends); do
		taskset -p 1 $pid >/dev/null || result=1
	done
	echo 1 >$held
	act write $knobs/trigger "held" >/tmp/held &
	dumping=$!
	wait_for 20 grep -qx 2 $held || { echo "no dump is held"; result=1; }
	# shellcheck disable=SC2046
	kill -9 $(pgrep_children $ends) $ends
	wait $ends 2>/dev/null
	[ ! -e /proc/$ends ] || { echo "it has not ended"; result=1; }
	grep -qx 2 $held || { echo "the dump did not wait"; result=1; }
	echo 0 >$held
	wait $dumping
	together
	expect "writing to trigger" OK "$(cat /tmp/held)" || result=1
	text=$(cat $device | newest)
	stop_vfork_parents
	rmmod slow_names
	wait_for 10 rmdir $group 2>/dev/null || { echo "its group is still there"; result=1; }
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	expect "its parent" $$ "$(value "$(record "$text" "task pid=$ends")" ppid)" || result=1
	expect "its group" /early "$(cgroup_of "$text" ends)" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}
