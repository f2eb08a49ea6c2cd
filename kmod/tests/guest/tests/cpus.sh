# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# CPUs that do not answer, and CPUs that go. To be sourced by tests.sh.

# silence: the second CPU, for a second; not while it is still silent.
silence() { echo "1000 1" >/sys/module/known_stack/parameters/silence; } 2>/dev/null

# A CPU with interrupts off is waited for 20 ms, once or twice, and then named, and so is who runs there.
names_a_cpu_that_does_not_answer() {
	local text result=0 turn took watching
	insmod /known_stack.ko park=0 || return 1
	# Nothing else of this test goes on where nothing can.
	apart 1
	spin busy 1 2
	# The second dump finds the question of the first still open: so nothing in between. On a busy host the second of
	# silence may be over all the same, or it was a thread of the kernel's that was kept from answering.
	for _ in 1 2 3; do
		wait_for 5 silence || { echo "it cannot be silenced"; result=1; }
		for turn in first second; do take "silent" >/tmp/$turn || result=1; done
		[ "$(cat /tmp/first /tmp/second | grep -c ' flags=cpu_no_answer .*comm="busy"$')" != 2 ] || break
	done
	for turn in first second; do
		text=$(cat /tmp/$turn)
		expect_match "$turn: the CPU" '^load .* cpus=2 silent_cpus=1$' "$text" || result=1
		expect_match "$turn: the counts" '^count .* cpu_no_answer=1 ' "$text" || result=1
		expect_match "$turn: who runs there" '^task .* cpu=1 state=R on=cpu .* stack=0 flags=cpu_no_answer .*comm="busy"$' "$text" || result=1
		took=$(printf '%s\n' "$text" | sed -n 's/^cost capture_ns=\([0-9]*\) .*/\1/p')
		[ "${took:-999999999}" -lt 200000000 ] || { echo "$turn: took $took ns"; result=1; }
	done
	# Who waits for an answer is no load to the kernel, either.
	wait_for 5 silence || { echo "the CPU does not answer any more"; result=1; }
	act states "$(pid_of load_monitor)" >/tmp/states &
	watching=$!
	wait_for 5 is_called $watching act || { echo "nobody looks at the thread's states"; result=1; }
	take "waiting" >/dev/null
	kill $watching
	wait $watching
	expect_match "states while it waits" '^[RI]*I[RI]*$' "$(cat /tmp/states)" || result=1
	sleep 1
	# What its kernel threads left undone meanwhile they do first, on a busy host for a while.
	wait_for 5 shows ' on=cpu-user .*comm="busy"$' "it answers again"
	expect_match "who runs there afterwards" '^task .* cpu=1 state=R on=cpu-user .*comm="busy"$' "$text" || result=1
	expect_match "the CPU afterwards" '^load .* cpus=2$' "$text" || result=1
	# With a question open there is no unloading before the answer.
	for _ in 1 2 3; do
		wait_for 5 silence || { echo "the CPU does not answer any more"; result=1; }
		take "open question" >/tmp/dump
		! grep -q ' silent_cpus=1$' /tmp/dump || break
	done
	expect_match "the CPU" ' silent_cpus=1$' "$(cat /tmp/dump)" || result=1
	rmmod load_monitor || result=1
	load_module
	# A busy host may keep the CPU from its answer for longer than the module waits for it.
	wait_for 2 shows '^load .* cpus=2$' "loaded again"
	expect_match "the module afterwards" '^load .* cpus=2$' "$text" || result=1
	together
	stop_spinning
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# While a CPU comes or goes none may be asked: no dump waits for that, and who sleeps has his stack all the same.
goes_on_without_hotplug() {
	local text result=0 going took
	insmod /known_stack.ko slow_cpu=1500 || return 1
	echo 0 >$cpu1 &
	going=$!
	wait_for 20 grep -qx Y /sys/module/known_stack/parameters/cpu_goes || { echo "no CPU goes"; result=1; }
	text=$(take "a CPU goes")
	state_is $going D || { echo "the CPU went before the dump was there"; result=1; }
	wait $going
	echo 1 >$cpu1
	took=$(printf '%s\n' "$text" | sed -n 's/^cost capture_ns=\([0-9]*\) .*/\1/p')
	[ "${took:-999999999}" -lt 500000000 ] || { echo "took $took ns"; result=1; }
	expect_stack "a sleeper" known-d "$text" || result=1
	expect "its frames" "known_inner known_middle known_outer known_thread kthread " "$(frames_of "$text" known-d)" || result=1
	expect_no_match "a sleeper that is not asked for its CPU" '^task .* on=sleep .* flags=([a-z_]+\|)*hotplug' "$text" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	text=$(take "it is gone and back")
	expect_stack "a sleeper afterwards" known-d "$text" || result=1
	rmmod known_stack
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# What one CPU asks of another by an interrupt, as the second CPU counts it: a dump's question is one.
calls() { awk '/^ *(CAL|IPI1):/ { print $3 }' /proc/interrupts; }

# is_left_alone: the second CPU is isolated, so no dump interrupts it, and who runs there, a process "alone", is in the
# dump all the same.
is_left_alone() {
	local result=0 text before quiet asked turn seen=0
	apart 1
	sleep 1
	before=$(calls)
	sleep 2
	quiet=$(($(calls) - before))
	before=$(calls)
	for turn in 1 2 3 4 5 6 7 8 9 10; do
		take "isolated $turn" >/tmp/isolated.$turn || result=1
		sleep 0.1
	done
	asked=$(($(calls) - before))
	# Who spins there costs a CPU of the host.
	stop_spinning
	for turn in 1 2 3 4 5 6 7 8 9 10; do
		text=$(cat /tmp/isolated.$turn)
		# A kernel thread may be there for a moment; then it waits in the queue.
		expect_match "who runs there" '^task .* cpu=1 state=R on=(cpu|queue) .*comm="alone"$' "$text" || result=1
		! printf '%s\n' "$text" | grep -qE '^task .* on=cpu since_ms=.* stack=0 flags=cpu_isolated .*comm="alone"$' || seen=$((seen + 1))
		expect_match "the CPU" '^load .* cpus=2$' "$text" || result=1
		expect_match "the counts" '^count .* cpu_no_answer=0 ' "$text" || result=1
		expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	done
	rm -f /tmp/isolated.*
	echo "# calls of the isolated CPU: $asked over 10 dumps, $quiet over 2 s without" >/dev/console
	[ "$seen" -ge 5 ] || { echo "in $seen of 10 dumps on its CPU"; result=1; }
	[ "$asked" -lt 10 ] || { echo "it was interrupted: $asked calls over 10 dumps, $quiet over 2 s without"; result=1; }
	together
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

cpuset=/sys/fs/cgroup/alone

begin_cpusets() { echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control && mkdir $cpuset; }

end_cpusets() { rmdir $cpuset && echo -cpuset >/sys/fs/cgroup/cgroup.subtree_control; }

# The first dumps ask the second CPU, which is not isolated yet; those after it are not to.
leaves_a_cpu_alone_that_a_cpuset_isolates() {
	local result=0 before asked
	# From 6.7 on the kernel tells a module.
	if uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 >= 6007 }' || uname -r | grep -q -e '-debug-'; then
		echo "# this kernel does not tell which CPUs a cpuset isolates, or has no cpusets: does not apply" >/dev/console
		return 0
	fi
	pin load_monitor 1
	before=$(calls)
	for _ in 1 2 3 4 5; do take "not isolated" >/dev/null || result=1; done
	asked=$(($(calls) - before))
	[ "$asked" -ge 5 ] || { echo "a CPU that is not isolated: $asked calls over 5 dumps"; result=1; }
	on_one_cpu begin_cpusets || return 1
	echo 1 >$cpuset/cpuset.cpus || result=1
	echo isolated >$cpuset/cpuset.cpus.partition || result=1
	expect "the partition" isolated "$(cat $cpuset/cpuset.cpus.partition)" || result=1
	sh -c "echo \$\$ >$cpuset/cgroup.procs; exec act spin alone" &
	# shellcheck disable=SC2034 # for stop_spinning
	spinning=$!
	is_left_alone || result=1
	stop_spinning
	echo member >$cpuset/cpuset.cpus.partition
	on_one_cpu end_cpusets || result=1
	pin load_monitor 3
	return $result
}
