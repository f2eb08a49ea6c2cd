#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that isolates its second CPU when it boots, by isolcpus=1 from the scheduler or by nohz_full=1 from the tick.
# As KTAP.
# shellcheck source=lib.sh
. /lib.sh
# shellcheck source=tests/cpus.sh
. /tests/cpus.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

is_isolated() { expect_match "what the kernel says" '^1$' "$(cat /sys/devices/system/cpu/isolated /sys/devices/system/cpu/nohz_full)"; }

leaves_it_alone() {
	local result=0
	is_isolated || return 1
	spin alone 1 2
	is_left_alone || result=1
	stop_spinning
	return $result
}

load_module
check "leaves a CPU alone that is isolated with $(grep -oE '(isolcpus|nohz_full)=1' /proc/cmdline)" leaves_it_alone
check "leaves the kernel log clean" is_clean_in_the_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
