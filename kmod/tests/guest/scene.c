// SPDX-License-Identifier: GPL-2.0-only
/*
 * The actors of causes.sh that a shell cannot play:
 *
 *   scene random           asks the kernel for random bytes for ever
 *   scene dirty MEGABYTES  writes to so much memory of its own, over and over
 *   scene journal FILE     changes FILE's mode and waits for that to be on disk, over and over
 *   scene read FILE BLOCK  reads the 4 KiB at BLOCK past the page cache, over and over
 *   scene map FILE         reads every page of FILE through a map of it, over and over
 *   scene fuse FOLDER      serves a FUSE file system on FOLDER that answers for the name "file"
 *                          and never for another name, never gives the file's bytes, and knows
 *                          nothing of interrupts
 *   scene nfs FOLDER       mounts an NFS server of its own on FOLDER; prints the server's pid
 *   scene dm NAME DEVICE   makes a device-mapper device that is all of DEVICE
 *   scene suspend NAME     suspends it
 *   scene resume NAME      resumes it
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fuse.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define FILE_SIZE (1 << 20)

static void fail(const char *what)
{
	fprintf(stderr, "scene: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_or_fail(const char *path, int flags)
{
	int file = open(path, flags, 0644);

	if (file < 0)
		fail(path);
	return file;
}

/* ---- what keeps a CPU or a disk busy ---- */

static void scene_random(void)
{
	static char bytes[1 << 16];

	for (;;)
		if (getrandom(bytes, sizeof(bytes), 0) < 0)
			fail("getrandom");
}

static void scene_dirty(size_t megabytes)
{
	size_t size = megabytes << 20, at;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		fail("mmap");
	/* Pages of 4 KiB: huge ones would be charged 2 MiB at a time. */
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (;;)
		for (at = 0; at < size; at += PAGE)
			memory[at]++;
}

static void scene_journal(const char *path)
{
	int file = open_or_fail(path, O_RDWR | O_CREAT);
	mode_t mode = 0600;

	for (;;) {
		mode ^= 040;
		if (fchmod(file, mode) || fsync(file))
			fail(path);
	}
}

static void scene_read(const char *path, off_t block)
{
	int file = open_or_fail(path, O_RDONLY | O_DIRECT);
	void *page;

	if (posix_memalign(&page, PAGE, PAGE))
		fail("memory");
	for (;;)
		if (pread(file, page, PAGE, block * PAGE) != PAGE)
			fail(path);
}

static void scene_map(const char *path)
{
	int file = open_or_fail(path, O_RDONLY);
	volatile char *bytes;
	struct stat status;
	off_t at;

	if (fstat(file, &status))
		fail(path);
	bytes = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, file, 0);
	if (bytes == MAP_FAILED)
		fail("mmap");
	for (;;)
		for (at = 0; at < status.st_size; at += PAGE)
			(void)bytes[at];
}

/* ---- a FUSE file system that hangs; the protocol is in include/uapi/linux/fuse.h ---- */

static void fuse_answer(int device, uint64_t unique, int error, const void *body, size_t size)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + size, .error = error, .unique = unique,
	};
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, size } };

	if (writev(device, parts, 2) < 0 && errno != ENOENT)
		fail("answer");
}

static struct fuse_attr fuse_attributes(uint64_t node)
{
	struct fuse_attr attributes = { .ino = node, .nlink = 1, .blksize = PAGE };

	attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	attributes.size = node == FUSE_ROOT_ID ? PAGE : FILE_SIZE;
	return attributes;
}

static void fuse_request(int device, struct fuse_in_header *head)
{
	switch (head->opcode) {
	case FUSE_INIT: {
		struct fuse_init_in *in = (struct fuse_init_in *)(head + 1);
		/* As libfuse asks for: readers wait for the page, lookups not for one another. */
		uint32_t wanted = FUSE_ASYNC_READ | FUSE_PARALLEL_DIROPS;
		struct fuse_init_out out = {
			.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
			.max_readahead = in->max_readahead, .max_write = PAGE,
			.flags = in->flags & wanted,
		};

		fuse_answer(device, head->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_GETATTR: {
		struct fuse_attr_out out = {
			.attr_valid = 3600, .attr = fuse_attributes(head->nodeid),
		};

		fuse_answer(device, head->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_LOOKUP: {
		struct fuse_entry_out out = {
			.nodeid = 2, .entry_valid = 3600, .attr_valid = 3600,
			.attr = fuse_attributes(2),
		};

		if (!strcmp((char *)(head + 1), "file"))
			fuse_answer(device, head->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_OPEN: {
		struct fuse_open_out out = { .fh = 1, .open_flags = FOPEN_KEEP_CACHE };

		fuse_answer(device, head->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_READ:
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
		break;
	default:
		fuse_answer(device, head->unique, -ENOSYS, NULL, 0);
	}
}

static int scene_fuse(const char *folder)
{
	static char request[FUSE_MIN_READ_BUFFER + PAGE] __attribute__((aligned(8)));
	int device = open_or_fail("/dev/fuse", O_RDWR);
	char options[80];
	ssize_t got;

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (mount("scene", folder, "fuse", 0, options))
		fail(folder);
	for (;;) {
		got = read(device, request, sizeof(request) - 1);
		if (got < 0 && (errno == ENOENT || errno == EINTR))
			continue;
		if (got < (ssize_t)sizeof(struct fuse_in_header))
			return 0;
		request[got] = '\0';
		fuse_request(device, (struct fuse_in_header *)request);
	}
}

/* ---- an NFS server that knows one folder and one file; RFC 1813, RFC 5531 ---- */

static unsigned char nfs_reply[64 << 10];
static size_t nfs_length;

static void put(uint32_t value)
{
	value = htonl(value);
	memcpy(nfs_reply + nfs_length, &value, 4);
	nfs_length += 4;
}

static void put_wide(uint64_t value)
{
	put(value >> 32);
	put(value);
}

static uint32_t get(const unsigned char *from)
{
	uint32_t value;

	memcpy(&value, from, 4);
	return ntohl(value);
}

/* fattr3 of the folder (file 1) or the file (file 2). */
static void put_attributes(uint32_t file)
{
	uint64_t size = file == 1 ? PAGE : FILE_SIZE;
	int times;

	put(file == 1 ? 2 : 1);
	put(file == 1 ? 0755 : 0644);
	put(1);
	put(0);
	put(0);
	put_wide(size);
	put_wide(size);
	put_wide(0);
	put_wide(1);
	put_wide(file);
	for (times = 0; times < 3; times++)
		put_wide(1ULL << 32);
}

static void put_handle(uint32_t file)
{
	put(4);
	put(file);
}

enum { MOUNT_PROGRAM = 100005, NFS_PROGRAM = 100003 };

static void nfs_call(uint32_t program, uint32_t call, const unsigned char *arguments)
{
	/* Every handle is 4 bytes after its length. */
	uint32_t file = call && program == NFS_PROGRAM ? get(arguments + 4) : 0, count;

	if (!call)
		return;
	put(0);
	if (program == MOUNT_PROGRAM) {
		if (call != 1)
			return;
		put_handle(1);
		put(1);
		put(1);
		return;
	}
	switch (call) {
	case 1: /* GETATTR */
		put_attributes(file);
		break;
	case 3: /* LOOKUP: every name is the one file */
		put_handle(2);
		put(1);
		put_attributes(2);
		put(0);
		break;
	case 4: /* ACCESS */
		put(0);
		put(get(arguments + 8));
		break;
	case 6: /* READ */
		count = get(arguments + 16);
		if (count > PAGE)
			count = PAGE;
		put(0);
		put(count);
		put(0);
		put(count);
		memset(nfs_reply + nfs_length, 'x', count);
		nfs_length += count;
		break;
	case 18: /* FSSTAT */
		put(0);
		for (count = 0; count < 6; count++)
			put_wide(1 << 20);
		put(0);
		break;
	case 19: /* FSINFO */
		put(0);
		for (count = 0; count < 7; count++)
			put(PAGE);
		put_wide(1 << 30);
		put_wide(1);
		put(0x1b);
		break;
	case 20: /* PATHCONF */
		put(0);
		put(32);
		put(255);
		for (count = 0; count < 4; count++)
			put(count != 2);
		break;
	}
}

static int read_all(int peer, void *bytes, size_t size)
{
	return recv(peer, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

/* One call of one fragment and its reply; false at the end of the connection. */
static int nfs_serve(int peer)
{
	static unsigned char call[64 << 10];
	uint32_t mark, size, at;

	if (!read_all(peer, &mark, 4))
		return 0;
	size = ntohl(mark) & 0x7fffffff;
	if (size < 40 || size > sizeof(call) - 32 || !read_all(peer, call, size))
		return 0;
	/*
	 * xid, kind, version, program, version, procedure; then credentials and verifier, each
	 * with kind, length, bytes.
	 */
	at = 24;
	at += 8 + ((get(call + at + 4) + 3) & ~3u);
	at += 8 + ((get(call + at + 4) + 3) & ~3u);
	if (at > size)
		return 0;
	memset(call + size, 0, 32);
	nfs_length = 4;
	put(get(call));
	put(1);
	put(0);
	put_wide(0);
	put(0);
	nfs_call(get(call + 12), get(call + 20), call + at);
	mark = htonl(0x80000000u | (nfs_length - 4));
	memcpy(nfs_reply, &mark, 4);
	return write(peer, nfs_reply, nfs_length) == (ssize_t)nfs_length;
}

static void nfs_server(int listener)
{
	struct pollfd peers[16] = { { .fd = listener, .events = POLLIN } };
	int count = 1, peer;

	for (;;) {
		if (poll(peers, count, -1) < 0)
			fail("poll");
		if (peers[0].revents && count < 16) {
			peers[count].fd = accept(listener, NULL, NULL);
			peers[count++].events = POLLIN;
			peers[count - 1].revents = 0;
		}
		for (peer = 1; peer < count; peer++) {
			if (!peers[peer].revents || nfs_serve(peers[peer].fd))
				continue;
			close(peers[peer].fd);
			peers[peer--] = peers[--count];
		}
	}
}

static int scene_nfs(const char *folder)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), port;
	char options[200];
	pid_t server;

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
	    listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		fail("socket");
	port = ntohs(address.sin_port);
	server = fork();
	if (server < 0)
		fail("fork");
	if (!server) {
		/* Whoever reads the pid from a pipe waits for the last writer. */
		close(STDOUT_FILENO);
		nfs_server(listener);
	}
	close(listener);
	snprintf(options, sizeof(options), "%s,port=%d,mountport=%d,nolock,hard,sec=sys",
		 "addr=127.0.0.1,mountaddr=127.0.0.1,vers=3,mountvers=3,proto=tcp,mountproto=tcp",
		 port, port);
	if (mount("127.0.0.1:/", folder, "nfs", 0, options))
		fail(folder);
	printf("%d\n", (int)server);
	return 0;
}

/* ---- device mapper; include/uapi/linux/dm-ioctl.h ---- */

static struct {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[128];
} dm;

static void dm_call(unsigned long command, const char *what)
{
	int control = open_or_fail("/dev/mapper/control", O_RDWR);

	if (ioctl(control, command, &dm))
		fail(what);
	close(control);
}

static void dm_begin(const char *name)
{
	memset(&dm, 0, sizeof(dm));
	dm.head.version[0] = DM_VERSION_MAJOR;
	dm.head.data_size = sizeof(dm);
	dm.head.data_start = sizeof(dm.head);
	snprintf(dm.head.name, sizeof(dm.head.name), "%s", name);
}

static int scene_resume(const char *name)
{
	dm_begin(name);
	dm_call(DM_DEV_SUSPEND, "resume");
	return 0;
}

static int scene_suspend(const char *name)
{
	dm_begin(name);
	dm.head.flags = DM_SUSPEND_FLAG;
	dm_call(DM_DEV_SUSPEND, "suspend");
	return 0;
}

static int scene_dm(const char *name, const char *path)
{
	int device = open_or_fail(path, O_RDONLY);
	uint64_t size;

	if (ioctl(device, BLKGETSIZE64, &size))
		fail(path);
	close(device);
	dm_begin(name);
	dm_call(DM_DEV_CREATE, "create");
	dm_begin(name);
	dm.head.target_count = 1;
	dm.target.length = size / 512;
	snprintf(dm.target.target_type, sizeof(dm.target.target_type), "linear");
	snprintf(dm.parameters, sizeof(dm.parameters), "%s 0", path);
	dm_call(DM_TABLE_LOAD, "load");
	return scene_resume(name);
}

int main(int count, char **arguments)
{
	const char *scene = count > 1 ? arguments[1] : "";

	if (count == 2 && !strcmp(scene, "random"))
		scene_random();
	if (count == 3 && !strcmp(scene, "dirty"))
		scene_dirty(strtoul(arguments[2], NULL, 10));
	if (count == 3 && !strcmp(scene, "journal"))
		scene_journal(arguments[2]);
	if (count == 4 && !strcmp(scene, "read"))
		scene_read(arguments[2], atoi(arguments[3]));
	if (count == 3 && !strcmp(scene, "map"))
		scene_map(arguments[2]);
	if (count == 3 && !strcmp(scene, "fuse"))
		return scene_fuse(arguments[2]);
	if (count == 3 && !strcmp(scene, "nfs"))
		return scene_nfs(arguments[2]);
	if (count == 4 && !strcmp(scene, "dm"))
		return scene_dm(arguments[2], arguments[3]);
	if (count == 3 && !strcmp(scene, "suspend"))
		return scene_suspend(arguments[2]);
	if (count == 3 && !strcmp(scene, "resume"))
		return scene_resume(arguments[2]);
	fprintf(stderr, "scene: see the head of scene.c\n");
	return 2;
}
