#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module and the exporter on a Debian where they are installed to stay; see run-installed. As KTAP.
# shellcheck source=lib.sh
. /test/lib.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'
unit=load-monitor-exporter.service
api=http://127.0.0.1:9817

boots_with_secure_boot() {
	expect_match "mokutil" '^SecureBoot enabled' "$(mokutil --sb-state)" || return 1
	expect_match "lockdown" '\[integrity\]' "$(cat /sys/kernel/security/lockdown)"
}

is_loaded_at_boot() {
	local result=0
	expect "systemd-modules-load" active "$(systemctl is-active systemd-modules-load)" || result=1
	[ -d $knobs ] && [ -c $device ] || { echo "the module is not loaded"; result=1; }
	# O: not from the kernel's tree. E, unsigned, is not among them.
	expect "its taint" O "$(cat /sys/module/load_monitor/taint)" || result=1
	expect_match "its signer" 'DKMS module signing key' "$(modinfo -F signer load_monitor)" || result=1
	expect_match "its place" '/updates/dkms/load_monitor\.ko$' "$(modinfo -F filename load_monitor)" || result=1
	[ $result = 0 ] || { journalctl -b -u systemd-modules-load; cat /proc/keys; }
	return $result
}

is_refused_without_its_signature() {
	! insmod /test/unsigned.ko 2>/tmp/insmod || { echo "it was loaded"; return 1; }
	expect_match "insmod" 'Key was rejected by service|Operation not permitted' "$(cat /tmp/insmod)"
}

takes_its_parameters() {
	local result=0
	expect "gid" "$(getent group load-monitor | cut -d : -f 3)" "$(cat /sys/module/load_monitor/parameters/gid)" || result=1
	expect "buffer_kb" 4096 "$(cat /sys/module/load_monitor/parameters/buffer_kb)" || result=1
	expect "the device" "440 root load-monitor" "$(stat -c '%a %U %G' $device)" || result=1
	return $result
}

# dump_is_readable_by USER GROUP
dump_is_readable_by() { timeout 5 setpriv --reuid "$1" --regid "$2" --clear-groups head -c 1 $device >/dev/null 2>&1; }

lets_the_group_read() {
	local result=0
	echo "installed" >$knobs/trigger
	dump_is_readable_by monitor load-monitor || { echo "a member of the group may not read"; result=1; }
	! dump_is_readable_by stranger stranger || { echo "everybody may read"; result=1; }
	return $result
}

answers() { curl -fs -m 10 -o /dev/null $api/-/ready; }

started() { wait_for 60 answers || { systemctl status --no-pager $unit; journalctl -b --no-pager -n 100 -u $unit; curl -v -m 5 $api/-/ready; return 1; }; }

has_the_exporter_started() {
	expect "enabled" disabled "$(systemctl is-enabled $unit)" || return 1
	expect_match "who wants it" 'load_monitor' "$(systemctl show -p WantedBy -p RequiredBy $unit)" || return 1
	started
}

dumps_by_the_module() {
	local result=0 metrics id dump
	metrics=$(curl -fs -m 30 $api/metrics) || { echo "no metrics"; return 1; }
	expect_match "metrics" '^load_monitor_kernel_module_up 1' "$metrics" || result=1
	expect "its rights" 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "/proc/$(systemctl show -P MainPID $unit)/status")" || result=1
	expect_match "metrics" '^load_monitor_dump_source_info\{source="kmod",?\} 1' "$metrics" || result=1
	id=$(curl -fs -m 30 -X POST -H 'Content-Type: application/json' -d '{"reason":"installed"}' $api/api/v1/dumps |
		sed -n 's/.*"id":\([0-9]*\).*/\1/p')
	[ -n "$id" ] || { echo "no dump was taken"; return 1; }
	wait_for 30 curl -fs -m 10 -o /tmp/dump $api/api/v1/dumps/$id/raw || { echo "no text of dump $id"; result=1; }
	dump=$(cat /tmp/dump)
	expect_match "its header" '^load_monitor dump ' "$dump" || result=1
	expect_match "who asked" 'reason="?installed' "$dump" || result=1
	return $result
}

has_no_complaints() {
	expect "systemd's, the exporter's" "" "$(journalctl -b -q -p warning -u $unit --no-pager)" || return 1
	expect "units that failed" "" "$(systemctl --failed --no-legend --plain)"
}

comes_again() {
	systemctl stop $unit || return 1
	expect "after it was stopped" inactive "$(systemctl is-active $unit)" || return 1
	modprobe -r load_monitor || return 1
	[ ! -e $device ] || { echo "the device is left"; return 1; }
	systemctl restart systemd-modules-load || return 1
	started
}

check "boots with Secure Boot, locked down" boots_with_secure_boot
check "is loaded at boot, built and signed by DKMS" is_loaded_at_boot
check "is refused without its signature" is_refused_without_its_signature
check "takes its parameters from modprobe.d" takes_its_parameters
check "lets the group of gid= read, and nobody else" lets_the_group_read
check "has the exporter started by udev" has_the_exporter_started
check "dumps by the module from within the unit" dumps_by_the_module
check "has nothing to complain of" has_no_complaints
check "brings the exporter again when it is loaded again" comes_again
echo "1..$number"
echo "guest status $failed"
