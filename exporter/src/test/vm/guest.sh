#!/bin/sh
# What the test machine runs: the network, the exporter from the jar with the module loaded, and a load that comes and goes
# as the host says on the second serial line. qemu's user network gives the address.
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2

mount -t squashfs -o ro /dev/vda /disk || exit 1
for folder in proc sys dev tmp; do
	mount --rbind /$folder /disk/$folder
done
mkdir /sys/fs/cgroup/batch.slice /sys/fs/cgroup/build.slice

chroot /disk /opt/runtime/bin/java @/opt/jvm.options -XX:SharedArchiveFile=/opt/exporter.jsa -jar /opt/load-monitor-exporter.jar \
	--web.listen-address=:9817 --web.allow-remote-api --archive.path=/tmp/archive.db &
exporter=$!
# As the systemd unit has it: not at the end of the queue that it is to explain. Its threads to come inherit it.
renice -n -10 -p $exporter

# Only for its pressure metrics, which a dashboard shows beside the load.
chroot /disk /opt/prometheus-node-exporter --web.listen-address=:9100 --collector.disable-defaults --collector.pressure \
	2>/dev/null &

in_cgroup() { # in_cgroup NAME COMMAND...
	echo 0 >"/sys/fs/cgroup/$1/cgroup.procs"
	shift
	exec "$@"
}

stty -F /dev/ttyS1 raw -echo
while read -r command; do
	echo "guest: $command"
	case $command in
	raise)
		tasks=
		for i in 1 2 3 4 5 6 7 8; do
			# On one CPU: the other one is for who watches, and an emulated one that spins costs a real one.
			(in_cgroup batch.slice taskset 2 act spin busy) &
			tasks="$tasks $!"
		done
		for i in 1 2; do
			(in_cgroup build.slice act vfork) &
			tasks="$tasks $!"
		done
		;;
	end)
		# The children of the vforks keep their parents in D; they have no other name.
		kill -9 $tasks $(pidof act) 2>/dev/null
		;;
	watch)
		echo 6 >/sys/kernel/load_monitor/active_threshold
		;;
	suspend)
		# A device-mapper volume that answers nothing, with its name as udev gives it, and who reads it.
		act disk create data
		ln -s ../dm-0 /dev/mapper/data
		act disk suspend data
		for i in 1 2 3 4 5 6 7 8; do
			(in_cgroup batch.slice head -c 4096 /dev/dm-0 >/dev/null 2>&1) &
		done
		;;
	resume)
		act disk resume data
		echo "guest: has resumed it"
		;;
	off)
		kill "$exporter"
		wait "$exporter"
		echo "guest: exporter ended with status $?"
		exit 0
		;;
	esac
done </dev/ttyS1
