#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module, unsigned as it is built, where the kernel asks for a signature: refused with a clear word
# and without a trace; and, when it was there first, as good as ever. As KTAP.
# shellcheck source=lib.sh
. /lib.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
lockdown=/sys/kernel/security/lockdown

# refused ERROR LINE: insmod says ERROR, the log LINE, and nothing is left of it.
refused() {
	local result=0
	clear_log
	! insmod /load_monitor.ko 2>/tmp/insmod || { rmmod load_monitor; echo "it was loaded"; return 1; }
	expect_match "insmod" "$1" "$(cat /tmp/insmod)" || result=1
	expect_match "the log" "$2" "$(dmesg)" || result=1
	[ ! -e $knobs ] && [ ! -e $device ] && [ ! -e /sys/module/load_monitor ] || { echo "something is left"; result=1; }
	return $result
}

refused_by_lockdown() { refused 'Operation not permitted' 'Lockdown: insmod: unsigned module loading is restricted'; }

is_locked_down() { expect_match "the mode" "\[$1\]" "$(cat $lockdown)"; }

refused_at_boot() {
	is_locked_down integrity || return 1
	refused_by_lockdown
}

works_when_locked_later() {
	local result=0 text
	is_locked_down none || return 1
	load_module || return 1
	echo confidentiality >$lockdown || return 1
	is_locked_down confidentiality || return 1
	vfork_parents 1 || return 1
	text=$(take "locked down")
	expect_stack "the stack" act "$text" || result=1
	expect_match "a name in it" '^  kernel_clone\+0x' "$text" || result=1
	stop_vfork_parents
	expect_match "the tasks file" '^uninterruptible ' "$(cat $knobs/tasks)" || result=1
	expect "the threshold" OK "$(act write $knobs/threshold 5)" || result=1
	rmmod load_monitor || result=1
	return $result
}

refused_later() { refused_by_lockdown; }

refused_where_signatures_are_enforced() {
	echo Y >/sys/module/module/parameters/sig_enforce || return 1
	refused 'Key was rejected by service' '[Ll]oading of unsigned module is rejected'
}

if grep -qw lockdown=integrity /proc/cmdline; then
	check "refuses an unsigned module when booted with lockdown=integrity" refused_at_boot
else
	check "works when the kernel is locked down later" works_when_locked_later
	check "is refused when the kernel is locked down later" refused_later
	check "is refused where signatures are enforced" refused_where_signatures_are_enforced
fi
echo "1..$number"
[ $failed = 0 ]
