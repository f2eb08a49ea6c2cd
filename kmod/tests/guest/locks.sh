#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# An hour of locks that change hands, as KTAP. "load_monitor_storm=SECONDS" among the kernel's parameters says how long.
# shellcheck source=lib.sh
. /lib.sh
for topic in dump locks; do
	# shellcheck source=/dev/null
	. /tests/$topic.sh
done

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

seconds=$(sed -n 's/.*load_monitor_storm=\([0-9]*\).*/\1/p' /proc/cmdline)
seconds=${seconds:-3600}

for_an_hour() { checks_the_storm $seconds; }

load_module
check "claims nothing wrong for $seconds s of locks that change hands" for_an_hour
check "leaves the kernel log clean" is_clean_in_the_log
rmmod load_monitor

echo "1..$number"
[ $failed = 0 ]
