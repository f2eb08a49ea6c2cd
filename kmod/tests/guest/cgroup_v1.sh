#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A host with control groups of version 1, as KTAP: every task is in the root of the unified hierarchy.
# shellcheck source=lib.sh
. /lib.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

v1=/tmp/v1

begin_v1() {
	umount /sys/fs/cgroup || return 1
	mkdir -p $v1/pids $v1/cpu || return 1
	mount -t cgroup -o cpu cpu $v1/cpu || return 1
	mount -t cgroup -o pids pids $v1/pids || return 1
	mkdir $v1/cpu/"some service" $v1/pids/"some service" $v1/pids/other
}

# line_of COMM: of its task in $text; path_of ID, controller_of ID.
line_of() { printf '%s\n' "$text" | grep "^task .* comm=\"$1\"\$" | head -n 1; }
record_of() { printf '%s\n' "$text" | grep "^cgroup id=$(line_of "$1" | sed 's/.* cgroup_id=\([0-9]*\) .*/\1/') "; }

names_the_group_of_version_1() {
	local result=0 text one two three
	begin_v1 || { echo "cannot mount the hierarchies"; return 1; }
	act vfork in-both &
	one=$!
	act vfork in-pids &
	two=$!
	act vfork in-none &
	three=$!
	for pid in $one $two $three; do wait_for 20 state_is $pid D || result=1; done
	echo $one >"$v1/cpu/some service/cgroup.procs"
	echo $one >"$v1/pids/some service/cgroup.procs"
	echo $two >"$v1/pids/other/cgroup.procs"
	text=$(take "version 1")
	expect_match "in both hierarchies" '^cgroup id=[0-9]+ path="/some service" controller=(cpu|pids)$' "$(record_of in-both)" || result=1
	expect_match "in one of them" '^cgroup id=[0-9]+ path="/other" controller=pids$' "$(record_of in-pids)" || result=1
	expect_match "in the roots of all" '^cgroup id=[0-9]+ path="/"$' "$(record_of in-none)" || result=1
	expect "what does not add up" "dumps 1" "$(printf '%s\n' "$text" | awk -f /dump.awk)" || result=1
	# shellcheck disable=SC2046
	kill -9 $(cat /proc/$one/task/$one/children /proc/$two/task/$two/children /proc/$three/task/$three/children) $one $two $three 2>/dev/null
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

load_module
check "names the group of a hierarchy of version 1" names_the_group_of_version_1
check "leaves the kernel log clean" is_clean_in_the_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
