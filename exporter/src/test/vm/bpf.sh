#!/bin/sh
# Known tasks, each time looked at by BPF and by the module in one boot: by an exporter that is nobody with three
# capabilities, later with the kernel locked down. All texts go to the console, between lines "=== NAME SOURCE" and
# "=== end"; BpfVmIT compares them.
knobs=/sys/kernel/load_monitor
helpers=/sys/module/not_load/parameters
syslog=34 perfmon=38 bpf=39
url=http://127.0.0.1:9817

mount -t squashfs -o ro /dev/vda /disk || exit 1
for folder in proc sys dev tmp; do
	mount --rbind /$folder /disk/$folder
done
cp /bin/with /tmp/with
mkdir -m 1777 /tmp/nobody
# They are to hang.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
echo 0 >$knobs/threshold
echo 0 >$knobs/min_spacing_ms
# Who looks, and all that it starts, is on the first CPU; what is looked at, on the second.
taskset -p 1 $$ >/dev/null

in_cgroup() { # in_cgroup NAME COMMAND...
	echo 0 >"/sys/fs/cgroup/$1/cgroup.procs"
	shift
	exec "$@"
}

# wait_for SECONDS COMMAND...
wait_for() {
	left=$(($1 * 10))
	shift
	while [ $left -gt 0 ]; do
		"$@" && return 0
		sleep 0.1
		left=$((left - 1))
	done
	echo "guest: waited in vain for: $*"
	return 1
}

# java_with CAPABILITIES ARGUMENT...: the exporter, as nobody.
java_with() {
	capabilities=$1
	shift
	# As the systemd unit has it: not at the end of the queue that it is to explain.
	# shellcheck disable=SC2016 # of that shell
	sh -c 'renice -n -10 -p $$ >/dev/null; exec "$@"' sh \
		chroot /disk /tmp/with 65534 "$capabilities" /opt/runtime/bin/java @/opt/jvm.options -XX:SharedArchiveFile=/opt/exporter.jsa \
		-Djna.tmpdir=/tmp/nobody -jar /opt/load-monitor-exporter.jar "$@"
}

is_ready() { wget -q -O /dev/null $url/-/ready 2>/dev/null; }

has_text() { wget -q -O /tmp/raw "$url/api/v1/dumps/$1/raw" 2>/dev/null; }

# ask REASON: a dump of the exporter, into /tmp/raw.
ask() {
	wget -q -O /tmp/asked --header 'Content-Type: application/json' --post-data "{\"reason\":\"$1\"}" $url/api/v1/dumps ||
		return 1
	wait_for 30 has_text "$(sed -n 's/^{"id":\([0-9]*\),.*/\1/p' /tmp/asked)"
}

# show NAME SOURCE FILE
show() {
	echo "=== $1 $2"
	cat "$3"
	# A text may end without a newline.
	[ -z "$(tail -c 1 "$3")" ] || echo
	echo "=== end"
}

# look NAME: by both.
look() {
	wait_for 30 ask "$1" || return 1
	act newest $knobs/trigger /dev/load_monitor "$1" >/tmp/beside
	show "$1" bpf /tmp/raw
	show "$1" kmod /tmp/beside
}

# ---- tasks that are load, and some that only look like it
mkdir /sys/fs/cgroup/batch.slice /sys/fs/cgroup/build.slice
for _ in 1 2 3; do
	(in_cgroup build.slice act vfork 'v\n"f') &
done
insmod /known_stack.ko || exit 1
insmod /not_load.ko || exit 1
(in_cgroup batch.slice taskset 2 act spin busy) &
(in_cgroup batch.slice taskset 2 act thread second) &
taskset 2 dd if=/dev/zero of=/dev/null bs=1M 2>/dev/null &
# It runs for a hundredth of each second; in the rest its time is used up.
act deadline deadline 10 1000 &
freezer=/tmp/freezer
mkdir $freezer
if mount -t cgroup -o freezer freezer $freezer; then
	mkdir $freezer/group
	taskset 2 act spin frozen &
	echo $! >$freezer/group/cgroup.procs
	sleep 0.5
	echo FROZEN >$freezer/group/freezer.state
	echo "guest: frozen $(sed -n 's/^State:[[:space:]]*//p' /proc/$!/status)"
fi

# ---- fewer rights
paranoid=/proc/sys/kernel/perf_event_paranoid
echo "guest: perf_event_paranoid $(cat $paranoid)"
java_with $perfmon,$bpf dump --source=bpf >/tmp/raw 2>&1
show nameless bpf /tmp/raw
java_with - dump --source=bpf >/tmp/raw 2>&1
show powerless bpf /tmp/raw

# ---- the exporter. Above 2, the kernels of Debian and Ubuntu give perf to CAP_SYS_ADMIN alone: then it samples at the
# scheduler's ticks.
java_with $syslog,$perfmon,$bpf serve --source=bpf --web.listen-address=127.0.0.1:9817 --archive.path=/tmp/nobody/archive.db >/tmp/log 2>&1 &
wait_for 240 is_ready || { cat /tmp/log; exit 1; }
for turn in 1 2 3 4 5; do
	look "open-$turn"
done

# ---- a sleep that is in the scheduler's queue for a while, or at a spinlock: not long enough for two exporters to start
if ! grep -qx none $helpers/delayed; then
	for turn in 1 2 3 4 5 6 7 8; do
		# Dumps that are asked for by hand are a second apart, and a sleeper stays in the queue for a few at most.
		sleep 1
		echo 1 >$helpers/delayed
		both=no
		ask "delayed" && act newest $knobs/trigger /dev/load_monitor delayed >/tmp/beside && both=yes
		is=$(cat $helpers/delayed)
		echo 0 >$helpers/delayed
		[ "$both $is" = "yes 1" ] || { echo "guest: delayed, turn $turn: both looked: $both, still so: $is"; continue; }
		show "delayed" bpf /tmp/raw
		show "delayed" kmod /tmp/beside
		break
	done
	echo "guest: delayed sleepers are possible"
fi
if ! grep -qx none $helpers/blocked; then
	echo 1 >$helpers/blocked
	look "blocked"
	echo "guest: blocked meanwhile: $(cat $helpers/blocked)"
	echo 0 >$helpers/blocked
fi

# ---- what the exporter says of itself
wget -q -O /tmp/status $url/api/v1/status && show status bpf /tmp/status
wget -q -O - $url/metrics | grep -E '^load_monitor_(dump_source|stacks)' >/tmp/metrics
show metrics bpf /tmp/metrics

# ---- a kernel that is locked down, for who runs already and who comes later
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
# And by perf.
[ "$(cat $paranoid)" -le 2 ] || echo 2 >$paranoid
if echo confidentiality >/sys/kernel/security/lockdown; then
	look "locked"
	java_with $syslog,$perfmon,$bpf dump --source=bpf >/tmp/raw 2>&1
	show locked-anew bpf /tmp/raw
fi
sed 's/^/guest: lockdown /' /sys/kernel/security/lockdown 2>/dev/null

# ---- without the module, as auto has it
rmmod load_monitor
java_with $syslog,$perfmon,$bpf dump >/tmp/raw 2>&1
show auto bpf /tmp/raw
show log bpf /tmp/log
echo "guest: all was looked at"
