# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# Dumps that the module takes by itself. To be sourced by tests.sh.

monotonic_ns() { value "$(record "$1" time)" monotonic_ns; }

is_in_user_mode() {
	local text
	shows '^task .* state=R on=cpu-user .* stack=0 .*comm="busy"' "in user mode?"
}

crosses_the_threshold_alone() {
	local before later text result=0 active threshold
	# All on the second CPU: two that spin cost this test's host two.
	apart 1
	vfork_parents 2
	# Longer than a slow machine takes for the looks in between.
	echo 60000 >$knobs/cooldown_ms
	before_tick 150
	spin busy 8 2
	# A tick that is right now may have counted some of them only.
	[ "$(until_tick)" -gt 20 ] && [ "$(until_tick)" -lt 480 ] || sleep 0.5
	# Less than what they add at one.
	threshold=$(awk '{ printf "%.2f", $1 + 0.3 }' /proc/loadavg)
	echo $threshold >$knobs/threshold
	expect_match "poll" '^woken ' "$(act wait $knobs/last_id 40000)" || { cat /proc/loadavg; result=1; }
	text=$(cat $device | newest)
	expect_match "the trigger" '^trigger kind=threshold reason="load [0-9]+\.[0-9]{2} >= '"$threshold"'" cause=present$' "$text" || result=1
	expect_match "the counts" '^count .* running=([89]|1[0-3]) (delayed=[0-9]+ )?uninterruptible=[2-4] ' "$text" || result=1
	# A CPU of a guest that waits for the host does not answer, and its task says so. For a moment a thread of the kernel's
	# may be there.
	expect_match "on a CPU" '^task .* (ppid=2 cpu=1 state=R on=cpu|cpu=1 state=R on=cpu.* comm="busy")' \
		"$(printf '%s\n' "$text" | grep -E '^task .* cpu=1 state=R on=cpu(-user|-kernel| .* flags=cpu_no_answer) ')" || result=1
	# Now and then a dump catches one of them in the middle of a context switch.
	wait_for 2 is_in_user_mode || { echo "none in user mode in 20 dumps"; result=1; }
	expect_stack "waiting for one" busy "$text" || result=1
	expect "busy ones" 8 "$(printf '%s\n' "$text" | grep -c 'state=R .*comm="busy"')" || result=1
	active=$(printf '%s\n' "$text" | sed -n 's/^tick .* active=\([0-9]*\) .*/\1/p')
	[ "${active:-0}" -ge 9 ] && [ "$active" -le 14 ] || { echo "active at the tick: expected about 10, got '$active'"; result=1; }
	# The load stays (others take over, which need no CPU), but the cooldown holds the next one back over
	# the next tick, or for longer if the looks above took so long that it is over by now.
	insmod /known_stack.ko park=0 crowd=8 || result=1
	stop_spinning
	before=$(cat $knobs/last_id)
	sleep 6
	if [ "$before" != "$(cat $knobs/last_id)" ]; then
		later=$(cat $device | newest)
		[ $(($(monotonic_ns "$later") - $(monotonic_ns "$text"))) -ge 60000000000 ] ||
			{ echo "a second dump in the cooldown:"; printf '%s\n' "$later" | head -n 3; result=1; }
	fi
	expect_match "history" ' (9|1[0-4]) [0-9]+\.[0-9]{2}$' "$(tail -n 1 $knobs/history)" || result=1
	# A shorter one, and the load that stays gives another dump.
	echo 1000 >$knobs/cooldown_ms
	expect_match "poll after the cooldown" '^woken ' "$(act wait $knobs/last_id 8000)" || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	together
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# Runs while the tasks of the test before are still there.
crosses_the_active_threshold_alone() {
	local text result=0
	echo 0 >$knobs/cooldown_ms
	echo 5 >$knobs/active_threshold
	expect_match "poll" '^woken ' "$(act wait $knobs/last_id 8000)" || result=1
	echo 0 >$knobs/active_threshold
	echo 20000 >$knobs/cooldown_ms
	text=$(cat $device | newest)
	expect_match "the trigger" '^trigger kind=active reason="active (9|1[0-4]) >= 5" cause=[a-z]+$' "$text" || result=1
	rmmod known_stack
	stop_vfork_parents
	return $result
}

# after_tick: waits for a load tick and for the dump that it may bring. Leaves what the module saw at it: the
# active tasks in $active, the average, in hundredths, in $average, the newest dump's id in $last.
after_tick() {
	act ticks $knobs 1 >/dev/null
	sleep 0.5
	last=$(cat $knobs/last_id)
	read -r active average <<-TICK
		$(tail -n 1 $knobs/history | awk '{ printf "%d %.0f", $2, $3 * 100 }')
	TICK
}

hundredths() { printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100)); }

# Nobody is left of a burst, and the average falls by a twelfth at each tick. A load that rises again has its
# cause with it, and would take a dump whether or not the crossing is the old one: so the cooldown holds that
# one back, and is taken away when the cause has gone once more. A crossing that was forgotten would be a new
# one then. The crowd is many times what else may want to run at a tick.
repeats_no_dump_of_an_echo() {
	local result=0 active average last before threshold ticks=0 text
	insmod /known_stack.ko park=0 crowd=100 || return 1
	after_tick
	rmmod known_stack
	threshold=$((average * 3 / 4))
	before=$last
	echo 0 >$knobs/cooldown_ms
	hundredths $threshold >$knobs/threshold
	after_tick
	wait_for 20 has_dump_after $before
	last=$(cat $knobs/last_id)
	expect "the crossing at $(hundredths $threshold): dumps" 1 $((last - before)) || result=1
	expect_match "the trigger" "^trigger kind=threshold reason=\"load .* >= $(hundredths $threshold)\" cause=[a-z]+\$" \
		"$(cat $device | newest)" || result=1
	before=$last
	while after_tick; [ $average -ge $threshold ] && [ $ticks -lt 6 ]; do
		ticks=$((ticks + 1))
		expect "tick $ticks of the echo, $active active, load $(hundredths $average): dumps" 0 $((last - before)) || result=1
		before=$last
	done
	[ $ticks -ge 1 ] || { echo "above the threshold at $ticks ticks: the test proved nothing"; result=1; }
	# By less than a tenth.
	[ $average -lt $threshold ] && [ $average -ge $((threshold - threshold / 10)) ] ||
		{ echo "load $(hundredths $average) at a threshold of $(hundredths $threshold): the test proved nothing"; result=1; }
	# The average is high, and hardly anybody is there, now and at the last ticks: an echo. Nobody at all is no cause.
	vfork_parents 1 || result=1
	wait_for 5 shows ' cause=decaying asker_' "echo"
	expect_match "the cause" ' cause=decaying asker_' "$text" || result=1
	stop_vfork_parents
	wait_for 10 shows ' cause=none asker_' "nobody"
	expect_match "the cause of nobody" ' cause=none asker_' "$text" || result=1
	expect_match "whom it counts" '^load .* active=0 ' "$text" || result=1
	before=$(cat $knobs/last_id)
	echo 3600000 >$knobs/cooldown_ms
	insmod /known_stack.ko park=0 crowd=100 || result=1
	after_tick
	[ $average -ge $threshold ] || { echo "load $(hundredths $average): it did not rise again"; result=1; }
	rmmod known_stack
	echo 0 >$knobs/cooldown_ms
	after_tick
	[ $average -ge $threshold ] || { echo "load $(hundredths $average): it did not stay above"; result=1; }
	expect "from just below $(hundredths $threshold) to $(hundredths $average), $active active: dumps" 0 $((last - before)) || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	[ $result = 0 ] || tail -n 10 $knobs/history
	return $result
}
