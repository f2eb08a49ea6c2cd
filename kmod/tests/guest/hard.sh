# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What stress.sh, costs.sh and debug.sh share. To be sourced by busybox sh after lib.sh.

# "load_monitor_scale=N" among the kernel's parameters divides the numbers, for a kernel that is slow.
scale=$(sed -n 's/.*load_monitor_scale=\([0-9]*\).*/\1/p' /proc/cmdline)
: "${scale:=1}"

# A remark among the results; standard output is where a failing test says why.
note() { echo "# $*" >/dev/console; }

# field TEXT KEY: a number of a dump's header.
field() { printf '%s\n' "$1" | head -n 12 | sed -n "s/^.* $2=\([0-9]*\).*/\1/p" | head -n 1; }

# gather COUNT, scatter: so many kernel threads in D, and two more, and no more. On one CPU: to start or to
# end one takes several threads that wake each other, and to wake an emulated CPU takes ten times as long.
cpu1=/sys/devices/system/cpu/cpu1/online
gather() {
	local result
	echo 0 >$cpu1
	insmod /known_stack.ko crowd=$1
	result=$?
	echo 1 >$cpu1
	return $result
}

scatter() {
	local result
	echo 0 >$cpu1
	rmmod known_stack
	result=$?
	echo 1 >$cpu1
	return $result
}
