# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# The counts against the load averages, and the load ticks. To be sourced by tests.sh.

# agree SIZE [SPINNING]: at a load tick, history, the file tasks and the number of tasks that there are agree within
# one. On a busy host a few kernel threads want to run right then, too, so up to six ticks are looked at.
# The time from the average's change to history's is written to /tmp/late. So many of the tasks spin, but for each tick
# anew, and on one CPU.
agree() {
	local tick active tasks
	for _ in 1 2 3 4 5 6; do
		[ -z "$2" ] || { before_tick 130 && spin busy $2 1; }
		tick=$(act ticks $knobs 1)
		stop_spinning
		echo "$tick" | sed 's/.*late_ms=//' >>/tmp/late
		active=$(echo "$tick" | sed 's/.* active=\([0-9]*\) .*/\1/')
		tasks=$(echo "$tick" | sed 's/.* tasks=\([0-9]*\) .*/\1/')
		[ $((active - tasks)) -ge -1 ] && [ $((active - tasks)) -le 1 ] &&
			[ $((tasks - $1)) -ge -1 ] && [ $((tasks - $1)) -le 1 ] && return 0
		echo "$1 tasks: $tick"
	done
	return 1
}

agrees_with_the_averages() {
	local result=0 late
	rm -f /tmp/late
	agree 0 || result=1
	agree 1 1 || result=1
	insmod /known_stack.ko park=0 crowd=8 || return 1
	agree 8 || result=1
	rmmod known_stack
	insmod /known_stack.ko park=0 crowd=60 || return 1
	agree 64 4 || result=1
	rmmod known_stack
	late=$(sort -n /tmp/late | head -n 1)
	echo "# history had the load tick $(sort -n /tmp/late | tr '\n' ' ')ms after the average" >/dev/console
	# The host takes the CPU from the guest now and then; the best of all counts.
	[ "$late" -le 20 ] || { echo "history had the load tick $late ms after the average"; result=1; }
	return $result
}

# The kernel's own number is the judge, also of tasks that sleep a little and often: 3 % apart at most, and who looks
# comes a little later than the kernel.
counts_short_sleepers_as_the_kernel_does() {
	local result=0 counts="0 30 150" nappers means kernel module apart
	# A kernel that checks each access to memory would be at it for minutes.
	! uname -r | grep -q -e '-debug-' || counts="0 30"
	for nappers in $counts; do
		means=$(act nap $knobs/tasks $nappers 3000 4 60)
		kernel=${means#kernel=}
		kernel=${kernel%% *}
		module=${means#*module=}
		apart=$(((kernel - module) * 1000 / kernel))
		echo "# 4 spinners, $nappers short sleepers: running, in hundredths, $means; apart 0.1 % x $apart" >/dev/console
		[ $apart -ge -30 ] && [ $apart -le 30 ] || { echo "$nappers short sleepers: $means, $apart tenths of a percent apart"; result=1; }
	done
	return $result
}

# A CPU that stops over the load tick, the timer's or the one that moves the jiffies counter: no tick
# may be lost, added or counted wrong, and the next one is seen in time. What a CPU left undone meanwhile
# wants to run at the tick, really: a few kernel threads more than the crowd. A tick that never was would
# count what the average says, which is far below.
keeps_the_phase_over_a_stopped_cpu() {
	local result=0 period first lines text
	insmod /known_stack.ko park=0 crowd=60 || return 1
	act ticks $knobs 1 >/dev/null
	# Not from one tick in the history to the next: the first one after the module was loaded is as late there as the
	# jiffies counter was, and on a busy host that is 10 ms and more.
	period=$(take "period" | sed -n 's/^history period_ms=\([0-9]*\) .*/\1000000/p')
	first=$(tail -n 1 $knobs/history | cut -d ' ' -f 1)
	for cpu in 0 1 -1; do
		act hold /sys/module/known_stack/parameters/hold "300 $cpu" $period $knobs/history || result=1
		sleep 1
	done
	# Now and then the host takes the CPU; a phase that is lost stays lost.
	for _ in 1 2 3; do
		text=$(act ticks $knobs 1)
		[ "$(echo "$text" | sed 's/.*late_ms=//')" -gt 40 ] || break
	done
	lines=$(awk -v first=$first '$1 > first' $knobs/history)
	rmmod known_stack
	# One that is lost, or one too many, moves all after it.
	[ "$(printf '%s\n' "$lines" | wc -l)" -ge 4 ] || { echo "fewer than 4 ticks"; result=1; }
	# A stop that is carried over moves it by 200 ms. The earliest is right: a look can only be late, and one after it
	# finds out.
	expect "ticks at another time" "" "$(printf '%s\n' "$first before" "$lines" | awk -v period=$period '
		{ tick[NR] = $0; at[NR] = $1 - NR * period; if (NR == 1 || at[NR] < earliest) earliest = at[NR] }
		END { for (i = 1; i <= NR; i++) if (at[i] - earliest > 100000000) print tick[i] }')" || result=1
	expect "ticks with another number than 60 to 66" "" "$(printf '%s\n' "$lines" | awk '$2 < 60 || $2 > 66')" || result=1
	[ "$(echo "$text" | sed 's/.*late_ms=//')" -le 40 ] || { echo "the tick after that: $text"; result=1; }
	[ $result = 0 ] || { cat $knobs/history; }
	return $result
}

# The dump has all that history shows, and the newest first; history has what fits a page. A tick between the two looks
# is one that history has more.
has_the_history_in_every_dump() {
	local text
	text=$(take "history")
	sed '1!G;h;$!d' $knobs/history | cut -d ' ' -f 2 >/tmp/shown
	printf '%s\n' "$text" | sed -n 's/^history period_ms=[0-9]* active=//p' | awk -F , '{
		for (i = 1; i <= NF; i++) {
			times = split($i, part, "x") == 2 ? part[2] : 1
			while (times--) print part[1]
		} }' >/tmp/inside
	[ "$(wc -l </tmp/shown)" -gt 5 ] || { echo "only $(wc -l </tmp/shown) ticks"; return 1; }
	awk 'NR == FNR { shown[NR] = $1; count = NR; next }
		{ inside[FNR] = $1; all = FNR }
		END {
			for (more = 0; more <= 1; more++) {
				different = all + more < count
				for (i = 1; i + more <= count && i <= all; i++)
					different += inside[i] != shown[i + more]
				if (!different)
					exit 0
			}
			exit 1
		}' /tmp/shown /tmp/inside && return 0
	echo "history: $(tr '\n' ',' </tmp/shown)"
	echo "the dump: $(tr '\n' ',' </tmp/inside)"
	return 1
}
