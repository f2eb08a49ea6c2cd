#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes load of a known cause, one scene after the other, and keeps what the module says of each, byte
# for byte, with the records of devices that the exporter adds to it. A scene is a function make_NAME,
# which starts the tasks and returns when they are where they are to be, and end_NAME, which undoes it
# all. Which cause a report of each has to name is in the exporter's SceneTest.
. /lib.sh

mkdir -p /tmp/captures /tmp/names /tmp/mnt
cd /tmp/captures || exit 1
scene_failed=0

# cast GROUP NAME COMMAND...: COMMAND in the cgroup GROUP under the name NAME; notes its pid in $cast.
cast=
cast() {
	local group=/sys/fs/cgroup/$1 name=/tmp/names/$2 program
	program=/bin/$3
	shift 3
	mkdir -p "$group"
	# What busybox does depends on the name that it is called by.
	case $(readlink -f "$program") in
	*/busybox) name=$program ;;
	# Not anew each time: who was cast before may be about to execute it.
	*) [ "$(readlink "$name")" = "$program" ] || ln -sf "$program" "$name" ;;
	esac
	sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$name" "$@" >/dev/null 2>&1 &
	cast="$cast $!"
}

# several COUNT COMMAND...
several() {
	local left=$1
	shift
	while [ $left -gt 0 ]; do
		"$@"
		left=$((left - 1))
	done
}

asleep() {
	local pid count=0
	for pid in $cast; do
		! state_is $pid D || count=$((count + 1))
	done 2>/dev/null
	[ $count -ge "$1" ]
}

# settle [COUNT]: soon all of the cast, or COUNT of them, are in uninterruptible sleep, or the scene has failed.
settle() {
	wanted=${1:-$(echo $cast | wc -w)}
	wait_for 20 asleep "$wanted"
}

dismiss() {
	[ -z "$cast" ] || kill -9 $cast 2>/dev/null
	wait $cast 2>/dev/null
	cast=
	rmdir /sys/fs/cgroup/*.slice/*.service /sys/fs/cgroup/*.slice 2>/dev/null
	return 0
}

# look NAME: a dump. When the host's CPUs are busy, one of the guest's may be away for longer than the
# module waits for its answer, and who was asleep may be so no longer: then once more.
wanted=0
look() {
	local left=20
	while [ $left -gt 0 ]; do
		take "$1" >"$1.dump" || return 1
		! grep -q 'flags=[a-z_,]*cpu_no_answer' "$1.dump" &&
			[ "$(grep -c '^task .* state=D ' "$1.dump")" -ge $wanted ] && return 0
		left=$((left - 1))
		sleep 0.2
	done
	echo "no dump with $wanted tasks asleep and an answer of every CPU"
	return 1
}

# beside NAME: adds to NAME.dump what the exporter adds to every dump that it reads: of the device-mapper
# devices, how many there are, and which are suspended (exporter/docs/dump-format.md).
beside() {
	local mapped=0 suspended=0 age file link dev name
	age=$(($(uptime_cs) * 10 - $(sed -n 's/^time .* monotonic_ns=\([0-9]*\)$/\1/p' "$1.dump") / 1000000))
	# The uptime is cut to hundredths of a second.
	[ $age -ge 0 ] || age=0
	: >/tmp/devices
	for file in /sys/block/dm-*/dm/suspended; do
		[ -e "$file" ] || continue
		mapped=$((mapped + 1))
		[ "$(cat "$file")" = 1 ] || continue
		suspended=$((suspended + 1))
		dev=${file#/sys/block/}
		dev=${dev%%/*}
		name=
		for link in /dev/mapper/*; do
			[ "$(readlink "$link")" != "../$dev" ] || name=" name=\"${link##*/}\""
		done
		echo "device dev=\"$dev\"$name suspended=1" >>/tmp/devices
	done
	{
		sed '$d' "$1.dump"
		echo "devices age_ms=$age mapped=$mapped suspended=$suspended"
		cat /tmp/devices
		tail -n 1 "$1.dump"
	} >/tmp/beside && mv /tmp/beside "$1.dump"
}

# play NAME: the scene as a dump, NAME.dump.
play() {
	local name=$1 function
	wanted=0
	function=$(echo "$name" | tr - _)
	if ! make_$function >/tmp/said 2>&1 || ! look "$name" >>/tmp/said 2>&1 || ! beside "$name" >>/tmp/said 2>&1; then
		echo "scene $name could not be made:"
		cat /tmp/said
		for pid in $cast; do
			echo "$pid $(cat /proc/$pid/comm) $(grep State: /proc/$pid/status)"
			cat /proc/$pid/stack
		done 2>/dev/null
		scene_failed=1
		rm -f "$name.dump"
	fi
	end_$function >/tmp/said 2>&1 || { echo "scene $name could not be ended:"; cat /tmp/said; scene_failed=1; }
	echo "scene $name: $(grep -c '^task ' "$name.dump") tasks"
}

# ---- on CPUs ----

make_user_mode() {
	several 3 cast system.slice/shop.service java act spin java
	sleep 1
}
end_user_mode() { dismiss; }

make_system_calls() {
	several 3 cast system.slice/keys.service keygen scene random
	sleep 1
}
end_system_calls() { dismiss; }

make_more_than_cpus() {
	several 14 cast user.slice/build.service cc1 act spin cc1
	sleep 1
}
end_more_than_cpus() { dismiss; }

# ---- devices and file systems ----

# disk NAME MEGABYTES [KEY=VALUE...]: a disk of memory at $disk; its bytes outlive "slower".
disk() {
	local name=$1 folder=/sys/kernel/config/nullb/$1 pair
	mkdir "$folder" || return 1
	echo "$2" >"$folder/size"
	echo 1 >"$folder/memory_backed"
	echo 4096 >"$folder/blocksize"
	shift 2
	for pair; do
		echo "${pair#*=}" >"$folder/${pair%%=*}" || return 1
	done
	echo 1 >"$folder/power" || return 1
	# Named after its folder from 6.2 on.
	disk=/dev/nullb$(cat "$folder/index")
	[ -b "$disk" ] || disk=/dev/$name
	wait_for 5 test -b "$disk"
}

# slower NAME MILLISECONDS: from now on each request takes so long.
slower() {
	local folder=/sys/kernel/config/nullb/$1
	echo 0 >"$folder/power"
	echo 2 >"$folder/irqmode"
	echo $(($2 * 1000000)) >"$folder/completion_nsec"
	echo 1 >"$folder/power" || return 1
	wait_for 5 test -b "$disk"
}

no_disk() {
	echo 0 >"/sys/kernel/config/nullb/$1/power"
	rmdir "/sys/kernel/config/nullb/$1"
}

make_frozen_filesystem() {
	disk frozen 16 || return 1
	cat /ext4.img >$disk
	mkdir -p /tmp/mnt/frozen
	mount -t ext4 $disk /tmp/mnt/frozen || return 1
	fsfreeze --freeze /tmp/mnt/frozen || return 1
	for file in 1 2 3 4 5 6; do
		cast system.slice/mail.service touch touch /tmp/mnt/frozen/$file
	done
	settle
}
end_frozen_filesystem() {
	fsfreeze --unfreeze /tmp/mnt/frozen
	dismiss
	umount /tmp/mnt/frozen && no_disk frozen
}

make_suspended_volume() {
	disk volume 16 || return 1
	cat /ext4.img >$disk
	scene dm volume $disk || return 1
	# As udev does.
	ln -s ../dm-0 /dev/mapper/volume
	mkdir -p /tmp/mnt/volume
	mount -t ext4 /dev/dm-0 /tmp/mnt/volume || return 1
	for file in 1 2 3 4 5 6; do
		cast system.slice/db.service db scene journal /tmp/mnt/volume/$file
	done
	sleep 1
	scene suspend volume || return 1
	settle
}
end_suspended_volume() {
	scene resume volume
	dismiss
	umount /tmp/mnt/volume
}

# The same volume without its file system: nothing is frozen.
make_suspended_device() {
	scene suspend volume || return 1
	for block in 1 2 3 4 5; do
		cast system.slice/db.service db scene read /dev/dm-0 $block
	done
	settle
}
end_suspended_device() {
	scene resume volume
	dismiss
}

make_journal() {
	disk slow 16 || return 1
	cat /ext4.img >$disk
	sync
	slower slow 400 || return 1
	mkdir -p /tmp/mnt/slow
	mount -t ext4 $disk /tmp/mnt/slow || return 1
	for file in 1 2 3 4 5 6 7 8; do
		cast system.slice/db.service db scene journal /tmp/mnt/slow/$file
	done
	sleep 5
	settle 7
}
end_journal() {
	dismiss
	umount /tmp/mnt/slow && no_disk slow
}

make_slow_disk() {
	disk pages 16 || return 1
	cat /ext4.img >$disk
	mkdir -p /tmp/mnt/pages
	mount -t ext4 $disk /tmp/mnt/pages || return 1
	for file in 1 2 3 4 5 6; do
		dd if=/dev/zero of=/tmp/mnt/pages/$file bs=1M count=1 || return 1
	done
	umount /tmp/mnt/pages
	slower pages 800 || return 1
	mount -t ext4 $disk /tmp/mnt/pages || return 1
	for file in 1 2 3; do
		cast system.slice/search.service dd dd if=/tmp/mnt/pages/$file of=/dev/null bs=4k
		cast system.slice/search.service search scene map /tmp/mnt/pages/$((file + 3))
	done
	# First the folder and the inodes are read, then the files.
	sleep 3
	settle 5
}
end_slow_disk() {
	dismiss
	umount /tmp/mnt/pages && no_disk pages
}

make_queue_full() {
	disk queue 16 submit_queues=1 hw_queue_depth=2 || return 1
	slower queue 500 || return 1
	# With one, requests would wait in its queue instead.
	echo none >/sys/block/${disk#/dev/}/queue/scheduler
	for block in 1 2 3 4 5 6 7 8 9 10; do
		cast system.slice/db.service db scene read $disk $block
	done
	settle 8
}
end_queue_full() {
	dismiss
	no_disk queue
}

make_nfs_server_gone() {
	mkdir -p /tmp/mnt/nfs
	server=$(scene nfs /tmp/mnt/nfs) || return 1
	for number in 1 2 3 4; do
		(exec 3</tmp/mnt/nfs/open; wait_for 60 test -e /tmp/gone; sh -c 'echo $$ >"$1/cgroup.procs"; exec dd bs=4k of=/dev/null <&3' sh /sys/fs/cgroup/system.slice/web.service >/dev/null) &
		cast="$cast $!"
	done
	mkdir -p /sys/fs/cgroup/system.slice/web.service
	sleep 1
	kill -9 $server
	touch /tmp/gone
	for number in 1 2 3; do
		cast system.slice/web.service stat stat /tmp/mnt/nfs/name-$number
	done
	settle
}
end_nfs_server_gone() {
	dismiss
	rm /tmp/gone
	umount -f -l /tmp/mnt/nfs
}

make_fuse_hangs() {
	mkdir -p /tmp/mnt/fuse
	scene fuse /tmp/mnt/fuse &
	server=$!
	wait_for 5 grep -q ' /tmp/mnt/fuse fuse' /proc/mounts || return 1
	# The server knows nothing of interrupts, as many do not; from the first one on, all who wait for it
	# wait uninterruptibly, and are load.
	cast user.slice/photos.service stat stat /tmp/mnt/fuse/interrupted
	sleep 1
	kill $cast
	for number in 1 2 3 4 5; do
		cast user.slice/photos.service stat stat /tmp/mnt/fuse/name-$number
	done
	# Who reads what the page cache is to have waits for the page.
	several 2 cast user.slice/photos.service dd dd if=/tmp/mnt/fuse/file of=/dev/null bs=4k
	settle
}
end_fuse_hangs() {
	kill -9 $server
	dismiss
	umount /tmp/mnt/fuse
}

# ---- memory ----

make_memory_high() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/batch.slice
	echo +memory >/sys/fs/cgroup/batch.slice/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/batch.slice/report.service
	echo 16M >/sys/fs/cgroup/batch.slice/report.service/memory.high
	several 6 cast batch.slice/report.service report scene dirty 64
	sleep 3
	settle
}
end_memory_high() { dismiss; }

# Memory that is written to all the time, in a cgroup with a third of it, and swap on a slow disk.
make_memory_thrash() {
	disk swap 128 || return 1
	mkswap $disk || return 1
	slower swap 20 || return 1
	swapon $disk || return 1
	mkdir -p /sys/fs/cgroup/batch.slice
	echo +memory >/sys/fs/cgroup/batch.slice/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/batch.slice/report.service
	echo 24M >/sys/fs/cgroup/batch.slice/report.service/memory.max
	several 6 cast batch.slice/report.service report scene dirty 12
	sleep 5
	settle 4
}
end_memory_thrash() {
	dismiss
	swapoff $disk && no_disk swap
}

# ---- processes and locks ----

make_vfork() {
	several 5 cast system.slice/cron.service cron act vfork
	settle
}
end_vfork() {
	for pid in $cast; do
		# shellcheck disable=SC2046 # A list of numbers.
		kill -9 $(pgrep_children "$pid")
	done
	dismiss
}

make_held_mutex() {
	insmod /held_mutex.ko waiters=30 || return 1
	cast=$(grep -lE '^held-(keeper|waiter)$' /proc/[0-9]*/comm | sed 's,/proc/\([0-9]*\)/comm,\1,')
	settle
}
end_held_mutex() {
	cast=
	rmmod held_mutex
}

scenes="user-mode system-calls more-than-cpus vfork held-mutex
	frozen-filesystem suspended-volume suspended-device journal slow-disk queue-full
	memory-high memory-thrash fuse-hangs nfs-server-gone"

mount -t configfs configfs /sys/kernel/config || exit 1
load_module || exit 1
# Before the first dump, one load tick at least: the dumps say when it was.
sleep 6
# A kernel parameter LOAD_MONITOR_SCENES=NAME,NAME picks some.
for scene in $(echo "${LOAD_MONITOR_SCENES:-$scenes}" | tr , ' '); do
	play $scene
done
rmmod load_monitor

cat *.dump | awk -f /dump.awk
stty raw -echo </dev/ttyS1
tar -c *.dump | base64 >/dev/ttyS1
exit $scene_failed
