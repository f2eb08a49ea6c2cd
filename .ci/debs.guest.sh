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

answers() { curl -fs -o /dev/null $api/-/ready; }
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

is_upgraded_while_it_runs() {
	local before process result=0
	before=$(dumps)
	process=$(main_process)
	dpkg -i /test/*.deb >/tmp/upgrade 2>&1 </dev/null || { cat /tmp/upgrade; return 1; }
	expect "versions" "$new $new " "$(dpkg-query -W -f '${Version} ' load-monitor-exporter load-monitor-dkms)" || result=1
	started || return 1
	[ "$(main_process)" != "$process" ] || { echo "the old program still runs"; result=1; }
	[ "$(dumps)" -ge "$before" ] || { echo "the archive had $before dumps, and has $(dumps)"; result=1; }
	expect_match "DKMS, by the guest itself" "^load-monitor/.*, $(uname -r), x86_64: installed" "$(dkms status)" || result=1
	expect_no_match "DKMS" '/0\.0\.9' "$(dkms status)" || result=1
	[ $result = 0 ] || cat /tmp/upgrade
	return $result
}

sees_the_module() { curl -fs $api/metrics | grep -q '^load_monitor_kernel_module_up 1'; }

# As the package's message after an upgrade has it. The exporter reads a dump for moments only.
change_module() { wait_for 10 modprobe -r load_monitor && modprobe load_monitor; }

loads_what_it_has_built() {
	local process result=0
	process=$(main_process)
	change_module || return 1
	expect "its source" "$(modinfo -F srcversion load_monitor)" "$(cat /sys/module/load_monitor/srcversion)" || result=1
	wait_for 60 sees_the_module || { echo "the exporter does not see the module"; result=1; }
	expect "the exporter's process" "$process" "$(main_process)" || result=1
	return $result
}

gives_the_group_the_device() {
	# As install.md has it.
	echo "options load_monitor gid=$(getent group load-monitor | cut -d : -f 3)" >>/etc/modprobe.d/load-monitor.conf
	change_module || return 1
	expect "the device" "440 root load-monitor" "$(stat -c '%a %U %G' $device)"
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
check "has nothing to complain of" has_no_complaints
check "loads what it has built" loads_what_it_has_built
check "gives the group the device" gives_the_group_the_device
check "is loaded at the first installation, and not at an upgrade" is_loaded_at_the_first_installation
check "says why the module stays when somebody reads it" says_why_the_module_stays
check "unloads the module when only the exporter uses it" unloads_the_module
check "says what lacks where nothing was built" says_what_lacks_for_the_module
check "is removed while it runs, and keeps the archive" is_removed_while_it_runs
check "is purged, and leaves nothing" is_purged
echo "1..$number"
echo "guest status $failed"
