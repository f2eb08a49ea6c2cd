#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Makes scenes and keeps what the module says of them, byte for byte.
. /lib.sh

mkdir -p /tmp/captures
cd /tmp/captures || exit 1

# keep NAME REASON
keep() { take "$2" >"$1.dump"; }

# A kernel thread may want to run at just that moment: then once more, with a module that counts anew.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	insmod /load_monitor.ko || exit 1
	sleep 6
	act write $knobs/trigger "at rest" >/dev/null
	cat $device >at-rest.dump
	grep -q ' captured=0 ' at-rest.dump && break
	rmmod load_monitor
done

# The module's own defaults: load 4.00.
spin busy 8
vfork_parents 2
act wait $knobs/last_id 120000
cat $device | newest >threshold-busy-vfork.dump
sleep 1
act write $knobs/trigger "alert LoadHigh" >/dev/null
cat $device | newest >manual-busy-vfork.dump
cat $device >three-dumps.dump
echo 0 >$knobs/threshold
echo 0 >$knobs/min_spacing_ms
echo 5 >$knobs/active_threshold
echo 0 >$knobs/cooldown_ms
act wait $knobs/last_id 20000
echo 0 >$knobs/active_threshold
cat $device | newest >active-busy-vfork.dump
stop_spinning
stop_vfork_parents
sleep 2
keep decaying "after the burst"

spin 'a\nend id=1 task' 1
spin 'quote" \\ back' 1
spin '\x1b[31m\x07\x7f\x01' 1
spin '\xff\xfe\xc3\x28\xe2\x82' 1
spin ')(\x09 )R 1 2 3' 1
spin '\ntask pid=1' 1
spin '<script>1</scri' 1
keep hostile-names 'say "hi" \\ = x'
stop_spinning

freeze || exit 1
keep frozen-filesystem "frozen file system"
thaw

mkdir -p /sys/fs/cgroup/system.slice/db.service "/sys/fs/cgroup/odd \"name\""
sh -c 'echo $$ >/sys/fs/cgroup/system.slice/db.service/cgroup.procs; exec act spin db' &
pids=$!
sh -c 'echo $$ >"/sys/fs/cgroup/odd \"name\"/cgroup.procs"; exec act spin odd' &
pids="$pids $!"
sleep 1
keep cgroups "two groups"
kill -9 $pids

insmod /known_stack.ko
sleep 1
keep known-stacks "parked kernel threads"
rmmod known_stack
insmod /known_stack.ko spin=1
pin load_monitor 1
pin known-spin 2
sleep 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
	keep on-cpu-kernel "spinning kernel thread"
	grep -q 'on=cpu-kernel.*known-spin' on-cpu-kernel.dump && break
	sleep 0.3
done
rmmod known_stack
rmmod load_monitor

load_module max_tasks=16 || exit 1
spin busy 20
keep truncated "more tasks than room"
stop_spinning

cat *.dump | awk -f /dump.awk | grep -v ': follows '
stty raw -echo </dev/ttyS1
tar -c . | base64 >/dev/ttyS1
