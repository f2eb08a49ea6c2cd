# SPDX-License-Identifier: GPL-2.0-only
# What the guest's scripts share. To be sourced by busybox sh.

knobs=/sys/kernel/load_monitor
device=/dev/load_monitor
number=0
failed=0

# expect WHAT EXPECTED GOT
expect() {
	[ "$2" = "$3" ] && return 0
	echo "$1: expected '$2', got '$3'"
	return 1
}

# expect_match WHAT PATTERN TEXT: an extended regular expression that some line must match.
expect_match() {
	printf '%s\n' "$3" | grep -qE "$2" && return 0
	echo "$1: expected a line like '$2', got:"
	printf '%s\n' "$3"
	return 1
}

# expect_stack WHAT COMM TEXT: every task of that name that is not on a CPU has a stack.
expect_stack() {
	local wanted=' stack=[1-9][0-9]* (flags=delayed )?(lock=[0-9]+ wait=(read|write) )?(cgroup_id=[0-9]+ )?(leader="[^"]*" )?comm=' seen
	seen=$(printf '%s\n' "$3" | grep -E "^task .* on=(sleep|queue) .*comm=\"$2\"\$")
	[ -n "$seen" ] || { echo "$1: no task $2 that is not on a CPU"; return 1; }
	printf '%s\n' "$seen" | grep -vE "$wanted" | grep -v ' flags=unstable ' >/tmp/odd || return 0
	echo "$1: expected '$wanted' of all, got:"
	cat /tmp/odd
	return 1
}

# is_between WHAT LEAST MOST GOT
is_between() {
	[ -n "$4" ] && [ "$4" -ge "$2" ] && [ "$4" -le "$3" ] && return 0
	echo "$1: expected $2 to $3, got '$4'"
	return 1
}

expect_no_match() {
	printf '%s\n' "$3" | grep -qE "$2" || return 0
	echo "$1: expected no line like '$2', got:"
	printf '%s\n' "$3" | grep -E "$2"
	return 1
}

# What no healthy kernel prints. (Call traces alone are also what sysrq prints.)
fault_lines='BUG:|BUG at|WARNING:|Oops|general protection|Kernel panic|\bstall|soft lockup|hard LOCKUP|blocked for more than|scheduling while atomic|suspicious RCU|possible recursive locking|circular locking|refcount_t:|UBSAN:|KASAN:|list_(add|del) corruption|double fault'

# no_faults: fails and shows what there is. A fault is shown once, and kept in /tmp/faults.
no_faults() {
	dmesg | grep -E "$fault_lines" >/tmp/fault || return 0
	echo "the kernel's log shows:"
	dmesg | grep -E -A 30 "$fault_lines" | head -n 60
	cat /tmp/fault >>/tmp/faults
	dmesg -c >/dev/null
	return 1
}

# has_clean_log: no test has found a fault, and there is none now.
has_clean_log() {
	local result=0
	no_faults || result=1
	[ ! -s /tmp/faults ] || { cat /tmp/faults; result=1; }
	return $result
}

has_no_call_trace() { ! dmesg | grep 'Call Trace'; }

is_clean_in_the_log() { has_clean_log && has_no_call_trace; }

# Empties the kernel's log; a fault in it fails the test that runs.
clear_log() {
	no_faults >>/tmp/cleared || true
	dmesg -c >/dev/null
}

# number_in FILE: its first line. By the shell itself, which has nothing to start for it.
number_in() {
	local text=
	IFS= read -r text <$1
	echo "$text"
}

uptime_cs() {
	local text
	read -r text _ </proc/uptime
	echo "${text%.*}${text#*.}"
}

# check NAME FUNCTION: one KTAP line, with what was expected and got below it when it fails, and how long
# it took. Whatever a test says, it fails when the kernel's log shows a fault.
check() {
	local result=0 began took
	began=$(uptime_cs)
	number=$((number + 1))
	rm -f /tmp/cleared
	"$2" >/tmp/check 2>&1 || result=1
	no_faults >>/tmp/check || result=1
	[ ! -s /tmp/cleared ] || { cat /tmp/cleared >>/tmp/check; result=1; }
	if [ $result = 0 ]; then
		echo "ok $number - $1"
	else
		failed=$((failed + 1))
		echo "not ok $number - $1"
		sed 's/^/# /' /tmp/check | head -n 60
	fi
	took=$(($(uptime_cs) - began))
	echo "# took $((took / 100)).$((took % 100 / 10)) s"
}

# A load tick right in between brings a dump of its own when the load is high: no test counts dumps from the loading.
load_module() {
	insmod /load_monitor.ko "$@" || return 1
	# What it says of this kernel: the log is emptied now and then.
	dmesg | grep 'load_monitor: loaded' | tail -n 1 >/tmp/loaded
	echo 0 >$knobs/min_spacing_ms
	echo 0 >$knobs/threshold
}

unload_module() { rmmod load_monitor; }

# The newest of the dumps on standard input. Line by line: to put them into one text takes the square of their number,
# which of a dump with thousands of stacks is minutes.
newest() { awk '/^load_monitor dump / { lines = 0 } { line[++lines] = $0 } END { for (i = 1; i <= lines; i++) print line[i] }'; }

# take REASON: a manual dump, printed. Nothing of this shell's runs meanwhile.
take() { act newest $knobs/trigger $device "$1"; }

# shows PATTERN REASON: a dump into $text; whether some line of it is like that. What has to happen first on a busy
# host, or may be in the way for a moment, is waited for by wait_for and this.
shows() {
	text=$(take "$2")
	printf '%s\n' "$text" | grep -qE "$1"
}

# has_dump_after ID: there is a newer one.
has_dump_after() { [ "$(number_in $knobs/last_id)" -gt "$1" ]; }

# wait_for SECONDS COMMAND...: until it succeeds; the time that it takes itself is not counted.
wait_for() {
	local left=$(($1 * 10))
	shift
	while [ $left -gt 0 ]; do
		"$@" && return 0
		sleep 0.1
		left=$((left - 1))
	done
	return 1
}

# state_is PID LETTER
state_is() {
	local key value
	while read -r key value _; do
		[ "$key" != State: ] || break
	done 2>/dev/null </proc/$1/status
	[ "$value" = $2 ]
}

# has_names: the kernel has names of data (CONFIG_KALLSYMS_ALL), which Debian's kernels for arm64 have not.
has_names() { grep -qE ' (init_task|system_state|jiffies)$' /proc/kallsyms; }

# is_called PID NAME: the name as for act. A process is not, as long as it is the shell that is to become it.
is_called() { [ "$(cat /proc/$1/comm 2>/dev/null)" = "$(printf %b "$2")" ]; }

# is_asleep PID NAME: in state S.
is_asleep() { is_called "$1" "$2" && state_is "$1" S; }

# spin NAME COUNT [MASK]: starts spinning processes, which may run on these CPUs only, and notes their pids
# in $spinning. On one CPU where that will do: a spinning CPU of the guest costs one of the host.
spinning=
spin() {
	local left=$2 pid
	while [ $left -gt 0 ]; do
		${3:+taskset $3} act spin "$1" &
		spinning="$spinning $!"
		left=$((left - 1))
	done
	for pid in $spinning; do
		wait_for 20 is_called $pid "$1" || { echo "no process $1"; return 1; }
	done
}

# until_tick: hundredths of a second until the next load tick, or about five seconds.
until_tick() {
	local newest
	newest=$(tail -n 1 $knobs/history)
	echo $((((${newest%% *} / 10000000 - $(uptime_cs)) % 500 + 500) % 500))
}

# before_tick HUNDREDTHS: sleeps until so long before a load tick. Who spins costs a CPU of the host, and at the tick
# alone somebody looks.
before_tick() {
	local left
	left=$(($(until_tick) - $1))
	[ $left -gt 0 ] || return 0
	sleep $((left / 100)).$((left % 100 / 10))
}

# pid_of COMM: of a thread of that name.
pid_of() {
	local pid
	pid=$(grep -lx "$1" /proc/[0-9]*/comm | head -n 1)
	pid=${pid#/proc/}
	echo "${pid%/comm}"
}

# pin COMM MASK: a thread of that name may run on these CPUs only; of the module, both that take a dump.
pin() {
	taskset -p "$2" "$(pid_of "$1")" >/dev/null || return 1
	[ "$1" != load_monitor ] || taskset -p "$2" "$(pid_of loadmon_text)" >/dev/null
}

# apart MASK: whoever takes a dump on these CPUs, this shell and what it starts on the first one. The rest is for what
# a test looks at: who asks for a dump, or takes it, on the same CPU pushes that off, and it waits in the queue.
apart() { pin load_monitor "$1" && taskset -p 1 $$ >/dev/null; }

# together: everybody everywhere again.
together() { taskset -p 3 $$ >/dev/null && pin load_monitor 3; }

# The shell's own word about each is thrown away.
stop_spinning() {
	[ -z "$spinning" ] || kill -9 $spinning 2>/dev/null
	wait $spinning 2>/dev/null
	spinning=
	return 0
}

# named_vfork_parents NAME...: starts vfork parents of these names, which sleep in D, and notes their pids in
# $forking. Who spins under a name costs a CPU of the host.
forking=
named_vfork_parents() {
	local name pid
	for name in "$@"; do
		act vfork "$name" &
		forking="$forking $!"
	done
	for pid in $forking; do
		wait_for 5 state_is $pid D || return 1
	done
}

# vfork_parents COUNT: the same, named act.
vfork_parents() {
	# shellcheck disable=SC2046
	named_vfork_parents $(yes act | head -n $1)
}

stop_vfork_parents() {
	for pid in $forking; do
		# shellcheck disable=SC2046
		kill -9 $(pgrep_children $pid) $pid 2>/dev/null
	done
	wait $forking 2>/dev/null
	forking=
	return 0
}

pgrep_children() { cat /proc/$1/task/$1/children 2>/dev/null || awk -v p="$1" '$4 == p { print $1 }' /proc/[0-9]*/stat; }

# on_one_cpu COMMAND...: while the second CPU is off line. For what is quicker there, because to wake an emulated
# CPU takes ten times as long; and for what makes the kernel patch its own code (a first cpuset, a trace point):
# now and then the emulator breaks that on a CPU that runs meanwhile (an int3 that nobody owns).
cpu1=/sys/devices/system/cpu/cpu1/online
on_one_cpu() {
	local result
	echo 0 >$cpu1
	"$@"
	result=$?
	echo 1 >$cpu1
	return $result
}

# gather COUNT, scatter: so many kernel threads in D, and two more, and no more. To start or to end one takes
# several threads that wake each other.
gather() { on_one_cpu insmod /known_stack.ko crowd=$1; }

scatter() { on_one_cpu rmmod known_stack; }

# freeze: a frozen ext2 on a loop device and a writer that hangs in it, its pid in $writer.
freeze() {
	dd if=/dev/zero of=/tmp/disk bs=1M count=4 2>/dev/null
	mke2fs -F /tmp/disk >/dev/null 2>&1 || return 1
	mkdir -p /tmp/frozen
	losetup /dev/loop0 /tmp/disk || return 1
	mount -t ext4 /dev/loop0 /tmp/frozen || mount -t ext2 /dev/loop0 /tmp/frozen || return 1
	fsfreeze --freeze /tmp/frozen || return 1
	touch /tmp/frozen/file &
	writer=$!
	wait_for 5 state_is $writer D
}

thaw() {
	fsfreeze --unfreeze /tmp/frozen
	wait $writer
	umount /tmp/frozen
	losetup -d /dev/loop0
	rm -f /tmp/disk
}
