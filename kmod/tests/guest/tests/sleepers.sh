# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# Tasks that sleep in D as they do on real machines. To be sourced by tests.sh.

finds_vfork_parents() {
	local text result=0
	vfork_parents 2 || return 1
	sleep 1.2
	text=$(take "vfork")
	expect "tasks in D" 2 "$(printf '%s\n' "$text" | grep -c '^task .* state=D on=sleep .*comm="act"$')" || result=1
	expect_stack "their stack" act "$text" || result=1
	expect_match "their function" '^  kernel_clone\+0x' "$text" || result=1
	# Where there is no vfork, the C library makes it of a clone.
	expect_match "their system call" '^  __(do|x64|arm64)_sys_(vfork|clone)\+0x' "$text" || result=1
	expect_match "one stack for both" '^stack id=[0-9]+ tasks=2$' "$text" || result=1
	expect_match "how long" ' since_ms=[1-9][0-9]{3} run_delay_ms=[0-9]+ switches=[0-9]+ start_ns=[0-9]+ ' "$text" || result=1
	expect "their cgroup" "/ /" "$(cgroup_of "$text" act)" || result=1
	for pid in $forking; do
		expect_match "pid $pid" "^task pid=$pid tgid=$pid ppid=" "$text" || result=1
	done
	expect_match "the tasks file" '^uninterruptible 2$' "$(cat $knobs/tasks)" || result=1
	stop_vfork_parents
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

finds_a_frozen_filesystem() {
	local text result=0
	freeze || { echo "cannot freeze a file system"; return 1; }
	text=$(take "frozen file system")
	expect_match "the writer" "^task pid=$writer .* state=D on=sleep .*comm=\"touch\"" "$text" || result=1
	expect_stack "its stack" touch "$text" || result=1
	expect_match "what it waits for" '^  (__)?percpu_(rwsem_wait|down_read)|^  mnt_want_write' "$text" || result=1
	thaw
	text=$(take "thawed")
	expect_no_match "after the thaw" 'comm="touch"' "$text" || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

# The kernel's own module NAME, with other parameters than at boot.
load_kernel_module() {
	local name=$1
	shift
	rmmod "$name" 2>/dev/null
	insmod /modules/*"$name".ko "$@"
}

finds_the_reader_of_a_suspended_disk() {
	local text result=0 reader
	act disk create suspended || return 1
	act disk suspend suspended || return 1
	dd if=/dev/dm-0 of=/dev/null bs=4096 count=1 2>/dev/null &
	reader=$!
	wait_for 5 state_is $reader D || { echo "the reader does not sleep"; result=1; }
	text=$(take "suspended disk")
	expect_match "the reader" "^task pid=$reader .* state=D on=sleep .*comm=\"dd\"" "$text" || result=1
	expect_stack "its stack" dd "$text" || result=1
	expect_match "what it waits for" '^(blkdev_read_iter|filemap_read|generic_file_buffered_read)$' \
		"$(frames_of "$text" dd | tr ' ' '\n')" || result=1
	act disk resume suspended
	wait $reader
	act disk remove suspended || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

finds_the_reader_of_a_slow_disk() {
	local text result=0 reader
	# 1.5 s a request. The kernel looks for partitions at once, so loading it waits, too.
	load_kernel_module null_blk gb=1 nr_devices=1 irqmode=2 completion_nsec=1500000000 || return 1
	dd if=/dev/nullb0 of=/dev/null bs=4096 count=1 skip=1000 2>/dev/null &
	reader=$!
	wait_for 5 state_is $reader D || { echo "the reader does not sleep"; result=1; }
	text=$(take "slow disk")
	expect_match "the reader" "^task pid=$reader .* state=D on=sleep .*comm=\"dd\"" "$text" || result=1
	expect_match "it waits for I/O" '^count .* iowait=[1-9]' "$text" || result=1
	expect_stack "its stack" dd "$text" || result=1
	expect_match "what it waits for" '^(blkdev_read_iter|filemap_read|generic_file_buffered_read)$' \
		"$(frames_of "$text" dd | tr ' ' '\n')" || result=1
	wait $reader
	rmmod null_blk || result=1
	[ $result = 0 ] || printf '%s\n' "$text"
	return $result
}

has_cgroup() {
	mkdir /sys/fs/cgroup/some\ group || return 1
	sh -c 'echo $$ >"/sys/fs/cgroup/some group/cgroup.procs"; exec act spin in-a-group' &
	# shellcheck disable=SC2034 # for stop_spinning
	spinning=$!
	local text
	wait_for 20 is_called $spinning in-a-group || echo "no process in-a-group"
	text=$(take "cgroup")
	stop_spinning
	rmdir "/sys/fs/cgroup/some group"
	expect "the group" "/some group" "$(cgroup_of "$text" in-a-group)"
}
