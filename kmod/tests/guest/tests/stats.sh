# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What the module counts, against its dumps. To be sourced by tests.sh.

# in_dumps PROGRAM: what awk counts in all dumps that there are, of which none is cut off.
in_dumps() { cat $device | awk "$1"; }

# of_kind KIND: so many dumps.
of_kind() { in_dumps '/^trigger kind='$1' / { n++ } END { print n + 0 }'; }

# has_counted KIND MORE: more than so many dumps.
has_counted() { [ "$(number_in $knobs/stats/dumps_$1)" -gt $2 ]; }

# longest KEY: the greatest one in the dumps; newest_of KEY: the one of the newest.
longest() { in_dumps '/^cost / { match($0, / '$1'=[0-9]+/); n = substr($0, RSTART + length("'$1'") + 2, RLENGTH) + 0; if (n > most) most = n }
	END { printf "%.0f\n", most }'; }

newest_of() { value "$(cat $device | grep '^cost ' | tail -n 1)" $1; }

# Until the last dump is one that set no record, which a lazy count would take for one.
ends_without_a_record() {
	for _ in $(seq 20); do
		[ "$(newest_of capture_ns)" -lt "$(longest capture_ns)" ] &&
			[ "$(newest_of irq_off_max_ns)" -lt "$(longest irq_off_max_ns)" ] && return 0
		take "no record" >/dev/null || return 1
		manual=$((manual + 1))
	done
	echo "the last of 20 dumps is always the longest"
	return 1
}

# What the module counts is what is in the dumps; all of them are still there.
counts_its_dumps() {
	local result=0 manual=2 kind shared loaded
	rmmod load_monitor
	load_module || return 1
	loaded=$(number_in $knobs/stats/dumps_threshold)
	expect "refused at the beginning" 0 "$(cat $knobs/stats/refused)" || result=1
	expect "dumps_manual at the beginning" 0 "$(cat $knobs/stats/dumps_manual)" || result=1
	vfork_parents 3 || result=1
	take "one" >/dev/null || result=1
	take "two" >/dev/null || result=1
	echo 0 >$knobs/cooldown_ms
	echo 2 >$knobs/active_threshold
	wait_for 8 has_counted active 0 || result=1
	echo 0 >$knobs/active_threshold
	# What three tasks add at one tick is more.
	echo 0.01 >$knobs/threshold
	wait_for 8 has_counted threshold $loaded || result=1
	echo 0 >$knobs/threshold
	echo 20000 >$knobs/cooldown_ms
	stop_vfork_parents
	# Somebody on the other CPU, so that there is one to be asked.
	apart 1
	spin busy 1 2 || result=1
	ends_without_a_record || result=1
	stop_spinning
	together
	expect "writing a bad reason" EINVAL "$(act write $knobs/trigger 'tab\x09')" || result=1
	echo 60000 >$knobs/min_spacing_ms
	expect "writing too early" EAGAIN "$(act write $knobs/trigger early)" || result=1
	echo 0 >$knobs/min_spacing_ms
	expect "refused" 2 "$(cat $knobs/stats/refused)" || result=1
	expect "manual dumps" $manual "$(of_kind manual)" || result=1
	for kind in manual threshold active; do
		[ "$(of_kind $kind)" -gt 0 ] || { echo "no dump of kind=$kind"; result=1; }
		expect "dumps_$kind" "$(of_kind $kind)" "$(cat $knobs/stats/dumps_$kind)" || result=1
	done
	shared=$(in_dumps '/^stack / { n-- } /^task .* stack=[1-9]/ { n++ } END { print n + 0 }')
	[ "$shared" -ge 8 ] || { echo "only $shared shared stacks of 3 tasks in 4 dumps"; result=1; }
	expect "stacks_deduplicated" "$shared" "$(cat $knobs/stats/stacks_deduplicated)" || result=1
	expect "last_capture_ns" "$(newest_of capture_ns)" "$(cat $knobs/stats/last_capture_ns)" || result=1
	expect "longest_capture_ns" "$(longest capture_ns)" "$(cat $knobs/stats/longest_capture_ns)" || result=1
	expect "longest_irq_off_ns" "$(longest irq_off_max_ns)" "$(cat $knobs/stats/longest_irq_off_ns)" || result=1
	expect "truncated and lost" "0 0" "$(cat $knobs/stats/truncated) $(cat $knobs/stats/lost)" || result=1
	[ $result = 0 ] || cat $device | grep -E '^(trigger|count|cost|stack|task) '
	return $result
}
