#!/bin/sh
# In the virtual machine of .ci/debs: the lower version is installed and has booted. As KTAP.
# shellcheck source=../kmod/tests/guest/lib.sh
. /test/lib.sh

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'
unit=load-monitor-exporter.service
api=http://127.0.0.1:9817
new=$(cat /test/version)
export DEBIAN_FRONTEND=noninteractive

answers() { curl -fs -m 10 -o /dev/null $api/-/ready; }
started() { wait_for 300 answers || { systemctl status --no-pager -l $unit; return 1; }; }
dumps() { curl -fs $api/metrics | sed -n 's/^load_monitor_archive_dumps \([0-9]*\).*/\1/p'; }
# main_process: which one the unit runs.
main_process() { systemctl show -P MainPID $unit; }

runs_the_service() {
	local metrics result=0
	expect "enabled" enabled "$(systemctl is-enabled $unit)" || result=1
	started || return 1
	metrics=$(curl -fs $api/metrics) || { echo "no metrics"; return 1; }
	expect_match "metrics" '^load_monitor_load1 ' "$metrics" || result=1
	expect_match "metrics" '^load_monitor_kernel_module_up 1' "$metrics" || result=1
	expect_match "its flags" ' --config.file=/etc/load-monitor/config.yml ' "$(tr '\0' ' ' </proc/"$(main_process)"/cmdline)" || result=1
	expect "the archive" "600 root" "$(stat -c '%a %U' /var/lib/load-monitor/archive.db)" || result=1
	return $result
}

has_loaded_the_module() {
	local result=0
	expect "systemd-modules-load" active "$(systemctl is-active systemd-modules-load)" || result=1
	[ -d $knobs ] && [ -c $device ] || { echo "the module is not loaded"; result=1; }
	expect_match "its place" '/updates/dkms/load_monitor\.ko$' "$(modinfo -F filename load_monitor)" || result=1
	expect "its source" "$(modinfo -F srcversion load_monitor)" "$(cat /sys/module/load_monitor/srcversion)" || result=1
	return $result
}

has_more() { [ "$(dumps)" -gt "$before" ]; }

takes_a_dump() {
	before=$(dumps)
	curl -fs -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"reason":"packages"}' $api/api/v1/dumps ||
		{ echo "no dump was taken"; return 1; }
	wait_for 60 has_more || { echo "no dump more in the archive: $before, $(dumps)"; return 1; }
}

last_reload() { curl -fs $api/metrics | sed -n 's/^load_monitor_config_last_reload_success_timestamp_seconds //p'; }
is_reloaded() { [ "$(last_reload)" != "$before" ]; }

reads_its_configuration_again() {
	local process
	process=$(main_process)
	before=$(last_reload)
	[ -n "$before" ] || { echo "no time of the last reload in the metrics"; return 1; }
	systemctl reload $unit || { systemctl status --no-pager -l $unit; return 1; }
	wait_for 30 is_reloaded || { journalctl -q -u $unit --no-pager | tail; return 1; }
	expect "its process" "$process" "$(main_process)"
}

has_as_many() { [ "$(dumps || true)" -ge "$before" ] 2>/dev/null; }

is_upgraded_while_it_runs() {
	local before process result=0
	mkdir -p /var/lib/load-monitor/nested
	touch /var/lib/load-monitor/nested/file
	before=$(dumps)
	process=$(main_process)
	dpkg -i /test/*.deb >/tmp/upgrade 2>&1 </dev/null || { cat /tmp/upgrade; return 1; }
	expect "versions" "$new $new " "$(dpkg-query -W -f '${Version} ' load-monitor-exporter load-monitor-dkms)" || result=1
	started || return 1
	[ "$(main_process)" != "$process" ] || { echo "the old program still runs"; result=1; }
	wait_for 60 has_as_many || { echo "the archive had $before dumps, and has $(dumps)"; result=1; }
	expect_match "DKMS, by the guest itself" "^load-monitor/.*, $(uname -r), x86_64: installed" "$(dkms status)" || result=1
	expect_no_match "DKMS" '/0\.0\.9' "$(dkms status)" || result=1
	[ $result = 0 ] || cat /tmp/upgrade
	return $result
}

is_no_root_any_more() {
	local process result=0
	process=$(main_process)
	expect "its user" load-monitor "$(stat -c %U "/proc/$process")" || result=1
	# CAP_BPF, CAP_PERFMON and CAP_SYSLOG: this kernel has types for BPF.
	expect "its rights" 000000c400000000 "$(rights)" || result=1
	# What the version before left, which ran as root, and a folder within that.
	expect "not its own in its folder" "" "$(find /var/lib/load-monitor ! -user load-monitor)" || result=1
	[ -e /var/lib/load-monitor/nested/file ] || { echo "a file is gone"; result=1; }
	expect "the archive" "600 load-monitor" "$(stat -c '%a %U' /var/lib/load-monitor/archive.db)" || result=1
	expect "its libraries" load-monitor "$(stat -c %U /var/cache/load-monitor)" || result=1
	return $result
}

rights() { sed -n 's/^CapEff:\t//p' "/proc/$(main_process)/status"; }
last_dump() { curl -fs "$api/api/v1/dumps?limit=1" | sed -n 's/.*"id":\([0-9]*\).*/\1/p' | head -n 1; }
is_newer() { [ "$(last_dump)" -gt "$before" ]; }
# dump_of SOURCE: takes one, while something sleeps in D, and looks whether it has its stack.
dump_of() {
	local text result=0
	before=$(last_dump)
	before=${before:-0}
	wait_for 60 triggers || { echo "no dump was taken"; return 1; }
	wait_for 60 is_newer || { echo "no dump is newer than $before"; return 1; }
	text=$(curl -fs "$api/api/v1/dumps/$(last_dump)/raw")
	expect_match "its source" " source=$1 " "$text" || result=1
	expect_match "the stack of who waits" "kernel_clone|do_fork|__do_sys_vfork" "$text" || result=1
	return $result
}
triggers() { curl -fs -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"reason":"packages"}' $api/api/v1/dumps; }

# restarted_with LINE...: the service, with these lines as its only drop-in; with LINE...: and has started.
restarted_with() {
	mkdir -p /etc/systemd/system/$unit.d
	rm -f /etc/systemd/system/$unit.d/*
	printf '[Service]\n' >/etc/systemd/system/$unit.d/test.conf
	for line in "$@"; do printf '%s\n' "$line" >>/etc/systemd/system/$unit.d/test.conf; done
	systemctl daemon-reload && systemctl restart $unit
}
with() { restarted_with "$@" && started; }
# with_profile NAME LINE...: as install.md has it.
with_profile() {
	profile=$1
	shift
	mkdir -p /etc/systemd/system/$unit.d
	restarted_with "$@" || return 1
	ln -s "/usr/share/load-monitor/profiles/$profile.conf" /etc/systemd/system/$unit.d/rights.conf
	systemctl daemon-reload && systemctl restart $unit && started
}

# vfork(2) of x86-64 by its number: the parent waits in D until the child ends.
sleeps_in_d() {
	setsid perl -e 'syscall(58); sleep 100000' &
	sleeper=$!
}
# The parent and the child.
sleeps_no_more() { kill -9 -$sleeper; }

takes_dumps_without_any_right() {
	local result=0
	with || return 1
	expect "its rights" 0000000000000000 "$(rights)" || result=1
	expect "the trigger" "220 root load-monitor" "$(stat -c '%a %U %G' $knobs/trigger)" || result=1
	expect "the device" "440 root load-monitor" "$(stat -c '%a %U %G' $device)" || result=1
	dump_of kmod || result=1
	return $result
}

takes_dumps_with_the_rights_of_one_source() {
	local result=0
	with_profile module || return 1
	expect "its rights" 0000000000000000 "$(rights)" || result=1
	dump_of kmod || result=1
	with_profile procfs PrivateDevices=yes ReadWritePaths= Environment=SOURCE_ARGS=--source=procfs || return 1
	expect "its rights" 0000000000280004 "$(rights)" || result=1
	expect_match "stacks" '^load_monitor_stacks_readable 1' "$(curl -fs $api/metrics)" || result=1
	dump_of procfs || result=1
	with_profile bpf Environment=SOURCE_ARGS=--source=bpf || return 1
	expect "its rights" 000000c400000000 "$(rights)" || result=1
	expect_match "stacks" '^load_monitor_stacks_readable 1' "$(curl -fs $api/metrics)" || result=1
	dump_of bpf || result=1
	return $result
}

# One right less each time: it cannot do without any of them.
needs_each_right() {
	local result=0 all="CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_DAC_READ_SEARCH" without
	for without in $all; do
		with "CapabilityBoundingSet=$all" "AmbientCapabilities=$all" "CapabilityBoundingSet=~$without" \
			"AmbientCapabilities=~$without" "Environment=SOURCE_ARGS=--source=procfs" || return 1
		expect_match "stacks of /proc without $without" '^load_monitor_stacks_readable 0' "$(curl -fs $api/metrics)" || result=1
	done
	with
	return $result
}

comes_from_kmod() { systemctl show -P StatusText $unit | grep -q '^Dumps come from kmod'; }

says_how_it_is() {
	local result=0
	expect "its type" notify "$(systemctl show -P Type $unit)" || result=1
	# It says so with each sign of life.
	wait_for 90 comes_from_kmod || { systemctl status --no-pager -l $unit; result=1; }
	systemctl reload $unit
	is_read_again() { systemctl show -P StatusText $unit | grep -q '^The configuration was read again'; }
	wait_for 30 is_read_again || { systemctl status --no-pager $unit; result=1; }
	expect "after a reload" running "$(systemctl show -P SubState $unit)" || result=1
	return $result
}

restarts() { systemctl show -P NRestarts $unit; }
is_started_anew() { [ "$(restarts)" = 1 ] && [ "$(systemctl show -P SubState $unit)" = running ]; }

is_started_anew_when_it_hangs() {
	local process result=0
	with WatchdogSec=30 || return 1
	process=$(main_process)
	expect "restarts so far" 0 "$(restarts)" || result=1
	kill -STOP "$process"
	wait_for 120 is_started_anew || { systemctl status --no-pager -l $unit; return 1; }
	expect_match "systemd's words" 'Watchdog timeout' "$(journalctl -q -b -u $unit --no-pager | grep Watchdog)" || result=1
	expect_match "where its threads stood" 'Full thread dump' "$(journalctl -q -b -u $unit --no-pager | grep 'thread dump')" || result=1
	started || result=1
	[ "$(main_process)" != "$process" ] || { echo "the same process"; result=1; }
	return $result
}

is_left_alone_on_a_stuck_disk() {
	local process result=0
	systemctl stop $unit
	# More than retention.min_free_disk.
	truncate -s 512M /var/disk && mkfs.ext4 -q /var/disk && mkdir -p /var/lib/stuck && mount -o loop /var/disk /var/lib/stuck &&
		chown load-monitor /var/lib/stuck || return 1
	with WatchdogSec=30 "Environment=MORE_ARGS=--archive.path=/var/lib/stuck/archive.db" ReadWritePaths=/var/lib/stuck || return 1
	process=$(main_process)
	fsfreeze -f /var/lib/stuck
	# Something to write, so that a thread waits for the disk.
	curl -s -m 10 -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"reason":"stuck"}' $api/api/v1/dumps
	sleep 75
	expect "the process" "$process" "$(main_process)" || result=1
	expect "restarts" 0 "$(restarts)" || result=1
	curl -fs -m 5 -o /dev/null $api/-/healthy || { echo "it is not healthy"; result=1; }
	! curl -fs -m 5 -o /dev/null $api/-/ready || { echo "the disk does not hang"; result=1; }
	fsfreeze -u /var/lib/stuck
	started || result=1
	with
	umount /var/lib/stuck
	rm -rf /var/disk /var/lib/stuck
	return $result
}

takes_its_passwords_from_credentials() {
	local result=0
	mkdir -p /etc/load-monitor && umask 077
	printf 'basic_auth_users:\n  prometheus: %s\n' "$(perl -e 'print crypt("test", "\$2b\$04\$abcdefghijklmnopqrstuu")')" >/etc/load-monitor/web.yml
	umask 022
	restarted_with LoadCredential=web-config:/etc/load-monitor/web.yml "Environment=MORE_ARGS=--web.config.file=%d/web-config" || return 1
	asks_for_it() { [ "$(curl -s -o /dev/null -w '%{http_code}' $api/metrics)" = 401 ]; }
	wait_for 120 asks_for_it || { systemctl status --no-pager -l $unit; result=1; }
	expect "with the password" 200 "$(curl -s -u prometheus:test -o /dev/null -w '%{http_code}' $api/metrics)" || result=1
	rm /etc/load-monitor/web.yml
	with
	return $result
}

sees_the_module() { curl -fs $api/metrics | grep -q '^load_monitor_kernel_module_up 1'; }

# As the package's message after an upgrade has it. The exporter reads a dump for moments only.
change_module() { wait_for 10 modprobe -r load_monitor && modprobe load_monitor; }

has_its_trigger() { [ "$(stat -c '%a %U %G' $knobs/trigger)" = "220 root load-monitor" ]; }

loads_what_it_has_built() {
	local process result=0
	process=$(main_process)
	change_module || return 1
	expect "its source" "$(modinfo -F srcversion load_monitor)" "$(cat /sys/module/load_monitor/srcversion)" || result=1
	wait_for 60 sees_the_module || { echo "the exporter does not see the module"; result=1; }
	wait_for 30 has_its_trigger || { ls -l $knobs/trigger; result=1; }
	expect "the exporter's process" "$process" "$(main_process)" || result=1
	return $result
}

gives_another_group_the_device() {
	local result=0
	# As install.md has it: what the administrator writes goes before the package's file.
	echo "options load_monitor gid=$(getent group daemon | cut -d : -f 3)" >>/etc/modprobe.d/load-monitor.conf
	change_module || return 1
	expect "the device" "440 root daemon" "$(stat -c '%a %U %G' $device)" || result=1
	sed -i '$d' /etc/modprobe.d/load-monitor.conf
	change_module || return 1
	expect "the device afterwards" "440 root load-monitor" "$(stat -c '%a %U %G' $device)" || result=1
	return $result
}

# The package's own scripts, as dpkg would run them, without what debhelper adds: nothing is built a second time for this.
is_loaded_at_the_first_installation() {
	local result=0
	wait_for 10 modprobe -r load_monitor || return 1
	sh /test/postinst configure 0.0.9-1 || result=1
	[ ! -d /sys/module/load_monitor ] || { echo "an upgrade has loaded the module that somebody took out"; result=1; }
	sh /test/postinst configure "" || result=1
	[ -d /sys/module/load_monitor ] || { echo "the module is not loaded"; result=1; }
	return $result
}

says_why_the_module_stays() {
	local result=0
	# shellcheck disable=SC2217 # it holds it open
	sleep 1000 <$device &
	holder=$!
	dpkg --remove load-monitor-dkms >/tmp/remove 2>&1 </dev/null || { cat /tmp/remove; result=1; }
	expect_match "what it says" 'the module stays loaded until the next boot: .*in use' "$(cat /tmp/remove)" || result=1
	[ -d /sys/module/load_monitor ] || { echo "the module went from under its reader"; result=1; }
	started || result=1
	kill $holder
	wait $holder 2>/dev/null
	return $result
}

does_not_see_the_module() { curl -fs $api/metrics | grep -q '^load_monitor_kernel_module_up 0'; }

unloads_the_module() {
	local result=0
	sh /test/prerm remove >/tmp/remove 2>&1 || { cat /tmp/remove; return 1; }
	[ ! -d /sys/module/load_monitor ] || { echo "the module is loaded:"; cat /tmp/remove; result=1; }
	wait_for 60 does_not_see_the_module || { curl -s $api/metrics | grep kernel_module_up; result=1; }
	return $result
}

says_what_lacks_for_the_module() {
	expect_match "postinst" "apt install linux-headers-$(uname -r)" "$(sh /test/postinst configure "")"
}

is_removed_while_it_runs() {
	local result=0
	# As the package left it.
	rm /etc/systemd/system/$unit.d/test.conf
	ln -s /usr/share/load-monitor/profiles/procfs.conf /etc/systemd/system/$unit.d/rights.conf
	dpkg --remove load-monitor-exporter >/tmp/remove 2>&1 </dev/null || { cat /tmp/remove; return 1; }
	! answers || { echo "it still answers"; result=1; }
	expect "the unit" inactive "$(systemctl is-active $unit)" || result=1
	[ -s /var/lib/load-monitor/archive.db ] || { echo "the archive is gone"; result=1; }
	[ ! -e /var/cache/load-monitor ] || { echo "the unpacked libraries are left"; result=1; }
	return $result
}

is_purged() {
	local result=0
	dpkg --purge load-monitor-exporter load-monitor-dkms >/tmp/purge 2>&1 </dev/null || { cat /tmp/purge; return 1; }
	left=$(find / -xdev -name '*load[-_]monitor*' ! -path '/test/*' ! -path '/var/log/*' ! -path '*/initramfs-tools/*')
	expect "what is left" "" "$left" || result=1
	expect "units that failed" "" "$(systemctl --failed --no-legend --plain)" || result=1
	return $result
}

has_no_complaints() { expect "systemd's, the exporter's" "" "$(journalctl -b -q -p warning -u $unit --no-pager)"; }

check "runs the service after boot, and it answers" runs_the_service
check "has loaded the module" has_loaded_the_module
check "takes a dump" takes_a_dump
check "reads its configuration again" reads_its_configuration_again
check "is upgraded while it runs, the module built by the machine itself" is_upgraded_while_it_runs
check "is not root any more after the upgrade, and has its archive" is_no_root_any_more
check "has nothing to complain of" has_no_complaints
check "loads what it has built" loads_what_it_has_built
check "says to systemd how it is" says_how_it_is
sleeps_in_d
check "takes dumps of the module without any right of root's" takes_dumps_without_any_right
check "takes them with the rights of one source alone" takes_dumps_with_the_rights_of_one_source
check "needs each of its rights" needs_each_right
sleeps_no_more
check "is started anew when it hangs" is_started_anew_when_it_hangs
check "is left alone when its disk hangs" is_left_alone_on_a_stuck_disk
check "takes passwords from systemd's credentials" takes_its_passwords_from_credentials
check "gives another group the device" gives_another_group_the_device
check "is loaded at the first installation, and not at an upgrade" is_loaded_at_the_first_installation
check "says why the module stays when somebody reads it" says_why_the_module_stays
check "unloads the module when only the exporter uses it" unloads_the_module
check "says what lacks where nothing was built" says_what_lacks_for_the_module
check "is removed while it runs, and keeps the archive" is_removed_while_it_runs
check "is purged, and leaves nothing" is_purged
echo "1..$number"
echo "guest status $failed"
