# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What looks like load and is none, and what looks like none and is. To be sourced by tests.sh.

# shows_rest: a dump into $text, and at the same moment what the rule of the module that this one follows says, into
# $by_bit.
shows_rest() {
	by_bit=$(cat /sys/module/known_stack/parameters/by_bit)
	shows '^count .* running=0 (delayed=0 )?uninterruptible=0 ' "at rest"
}

is_empty_at_rest() {
	local idle text by_bit
	sleep 1
	insmod /known_stack.ko park=0 || return 1
	idle=$(grep -l '^State:[[:space:]]*I' /proc/[0-9]*/status | wc -l)
	[ "$idle" -gt 5 ] || { echo "only $idle idle workers: the test would prove nothing"; return 1; }
	# A kernel thread that really has work, or really waits (for an RCU grace period after a module was loaded), is
	# load until it is done; an idle one never is.
	wait_for 10 shows_rest
	rmmod known_stack
	expect_match "counts" '^count .* running=0 (delayed=0 )?uninterruptible=0 iowait=[0-9]+ captured=0 ' "$text" || return 1
	expect_no_match "tasks at rest" '^task ' "$text" || return 1
	expect "threads with the bit TASK_UNINTERRUPTIBLE that are no idle workers" "${by_bit#* }" "${by_bit% *}" || return 1
	[ "${by_bit% *}" -gt 5 ] || { echo "only ${by_bit% *} threads with the bit"; return 1; }
	echo "# uninterruptible at rest: ${by_bit% *} by the bit in the state, 0 by the kernel's definition of load;" \
		"${by_bit#* } are idle workers" >/dev/console
}

not_load=/sys/module/not_load/parameters
freezer=/tmp/freezer

freezer_is() { [ "$(cat $freezer/group/freezer.state)" = "$1" ]; }

# A process that would run if it could, stopped by the freezer when it was in the kernel: D in ps, and
# before 6.1 by the bit TASK_UNINTERRUPTIBLE in its state, too.
leaves_out_a_frozen_process() {
	local result=0 text pid
	# All others have it: there its absence is a failure.
	if ! grep -q '^freezer' /proc/cgroups && uname -r | grep -q -e '-debug-'; then
		echo "# the debug kernel has no freezer of processes: does not apply" >/dev/console
		return 0
	fi
	mkdir -p $freezer
	mount -t cgroup -o freezer freezer $freezer || return 1
	mkdir $freezer/group
	spin freezing 1 2
	pid=${spinning# }
	echo "$pid" >$freezer/group/cgroup.procs
	expect_match "before it is frozen" '^task .* state=R .*comm="freezing"$' "$(take "not frozen")" || result=1
	echo FROZEN >$freezer/group/freezer.state
	wait_for 5 freezer_is FROZEN ||
		{ echo "freezer.state: expected 'FROZEN', got '$(cat $freezer/group/freezer.state)'"; result=1; }
	text=$(take "frozen")
	freezer_is FROZEN || { echo "it is not frozen any more"; result=1; }
	expect_no_match "a frozen process" 'comm="freezing"$' "$text" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	echo "# a frozen process, in /proc $(sed -n 's/^State:[[:space:]]*//p' /proc/$pid/status)" >/dev/console
	echo THAWED >$freezer/group/freezer.state
	stop_spinning
	rmdir $freezer/group
	umount $freezer
	return $result
}

# Who waits for a spinlock_t sleeps when that is a mutex, but in a state without TASK_UNINTERRUPTIBLE.
leaves_out_who_is_blocked_at_a_spinlock() {
	local result=0 text
	if grep -qx none $not_load/blocked; then
		echo "# no thread sleeps at a spinlock without PREEMPT_RT: does not apply" >/dev/console
		uname -v | grep PREEMPT_RT || return 0
		echo "blocked: expected a number, got 'none'"
		return 1
	fi
	echo 1 >$not_load/blocked || { echo "no thread is blocked"; return 1; }
	text=$(take "blocked")
	expect "blocked meanwhile" 1 "$(cat $not_load/blocked)" || result=1
	echo 0 >$not_load/blocked
	expect_match "who holds the lock" '^task .* state=R .*comm="blocker"$' "$text" || result=1
	expect_no_match "who is blocked" 'comm="blocked"$' "$text" || result=1
	echo "# a thread that sleeps at a spinlock" >/dev/console
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# Who has used up the time that SCHED_DEADLINE gave it is in no queue until its next period begins. (After everything
# that takes a CPU off line: some kernels let none go once there was such a task.)
leaves_out_a_throttled_deadline_task() {
	local result=0 text turn counted=0 kernel=0
	act deadline deadline 10 1000 &
	spinning=" $!"
	wait_for 20 is_called ${spinning# } deadline || { echo "no process deadline"; result=1; }
	# It runs for a hundredth of each second: in most looks it is throttled.
	for turn in 1 2 3 4 5 6 7 8; do
		sleep 0.1
		text=$(take "deadline $turn")
		! printf '%s\n' "$text" | grep -qE '^task .* comm="deadline"$' || counted=$((counted + 1))
		expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
		# Without who reads this.
		kernel=$((kernel + $(sed -n 's/^procs_running //p' /proc/stat) - 1))
	done
	[ $counted -le 2 ] || { echo "in $counted of 8 dumps, while the kernel counted $kernel tasks over 8 looks"; result=1; }
	kill $spinning
	wait $spinning
	spinning=
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

quota=/sys/fs/cgroup/quota

begin_quota() {
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control && mkdir $quota && echo 1000 1000000 >$quota/cpu.max
}

end_quota() { rmdir $quota && echo -cpu >/sys/fs/cgroup/cgroup.subtree_control; }

# In a second period, too: by then all of them.
is_throttled() { [ "$(sed -n 's/^nr_throttled //p' $quota/cpu.stat)" -gt 1 ]; }

# Processes whose group has used up its share of CPU time: none of the kernel's counts has them, and before 6.18 a
# module cannot tell them from others that wait for a CPU.
leaves_out_throttled_processes() {
	local result=0 text tick seen=0 turn pid
	if uname -r | grep -q -e '-debug-'; then
		echo "# the debug kernel has no CPU quotas: does not apply" >/dev/console
		return 0
	fi
	on_one_cpu begin_quota || return 1
	spin throttled 4
	for pid in $spinning; do echo $pid >$quota/cgroup.procs || result=1; done
	wait_for 20 is_throttled || { echo "nobody was throttled:"; cat $quota/cpu.stat; result=1; }
	# Of a second they run a few milliseconds.
	for turn in 1 2 3 4 5 6 7 8; do
		text=$(take "throttled $turn")
		seen=$((seen + $(printf '%s\n' "$text" | grep -c 'comm="throttled"$')))
		sleep 0.1
	done
	if uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 < 6018 }'; then
		[ $seen -le 8 ] || { echo "throttled ones in 8 dumps: expected hardly any, got $seen"; result=1; }
		# One may fall into these milliseconds.
		for _ in 1 2 3; do
			tick=$(act ticks $knobs 1)
			! echo "$tick" | grep -q ' active=[01] tasks=[01] ' || break
		done
		expect_match "the load tick" ' active=[01] tasks=[01] ' "$tick" || result=1
	else
		[ $seen -ge 24 ] || { echo "the README says that this kernel cannot tell, but only $seen were in 8 dumps"; result=1; }
		expect_match "where they are" '^task .* state=R on=queue .*comm="throttled"$' "$text" || result=1
	fi
	echo "# throttled processes: 4, in 8 dumps $seen times" >/dev/console
	# To end they need CPU time, too.
	echo max 1000000 >$quota/cpu.max
	stop_spinning
	on_one_cpu end_quota || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# The sleepers are on the second CPU, and need it for themselves.
leaves_out_what_is_no_load() {
	local result=0
	insmod /not_load.ko || return 1
	apart 1
	leaves_out_a_frozen_process || result=1
	leaves_out_who_is_blocked_at_a_spinlock || result=1
	together
	rmmod not_load || result=1
	return $result
}

# Asleep, and for the scheduler's accounts still in the queue: the kernel's load has it, so the dump has it, as a
# sleeper with its stack. Each time anew, for one right answer may be luck.
has_a_delayed_sleeper() {
	local result=0 seen=0 turn=0 is text
	if grep -qx none $not_load/delayed; then
		echo "# no sleeper stays in the queue on this kernel: does not apply" >/dev/console
		uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 >= 6012 }' && return 0
		echo "delayed: expected a number from 6.12 on, got 'none'"
		return 1
	fi
	while [ $turn -lt 10 ] && [ $result = 0 ]; do
		turn=$((turn + 1))
		echo 1 >$not_load/delayed || { echo "no sleeper is delayed"; return 1; }
		act take $knobs/trigger $device "delayed" >/tmp/delayed || result=1
		is=$(cat $not_load/delayed)
		echo 0 >$not_load/delayed
		# What is not so any more after the dump may not have been so in it.
		[ "$is" = 1 ] || continue
		seen=$((seen + 1))
		text=$(newest </tmp/delayed)
		expect_match "who is in the queue and awake" '^task .* state=R on=queue .*comm="delayer"$' "$text" || result=1
		expect_match "who is in the queue and sleeps" \
			'^task .* state=R on=sleep .* stack=[1-9][0-9]* flags=delayed .*comm="delayed"$' "$text" || result=1
		expect_match "its function" '^  (schedule_timeout|delayed_|kthread|not_load_)' \
			"$(frames_of "$text" delayed | tr ' ' '\n' | sed 's/^/  /')" || result=1
		expect_match "the counts" '^count scanned=[0-9]+ running=[1-9][0-9]* delayed=[1-9][0-9]* ' "$text" || result=1
		expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
		[ $result = 0 ] || printf '%s\n' "$text"
	done
	echo "# a sleeper that is still in the queue, during $seen of $turn dumps" >/dev/console
	[ $seen -gt 0 ] || { echo "none was delayed over a dump: the test proved nothing"; result=1; }
	return $result
}

has_delayed_sleepers() {
	local result=0
	insmod /not_load.ko || return 1
	apart 1
	has_a_delayed_sleeper || result=1
	together
	rmmod not_load || result=1
	return $result
}
