# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What stress.sh, costs.sh and debug.sh share. To be sourced by busybox sh after lib.sh.

# "load_monitor_scale=N" among the kernel's parameters divides the numbers, for a kernel that is slow.
scale=$(sed -n 's/.*load_monitor_scale=\([0-9]*\).*/\1/p' /proc/cmdline)
: "${scale:=1}"

# A remark among the results; standard output is where a failing test says why.
note() { echo "# $*" >/dev/console; }

# field HEADER KEY: a number of a dump's header.
field() {
	local rest=${1#* $2=}
	[ "$rest" = "$1" ] || echo "${rest%%[!0-9]*}"
}
