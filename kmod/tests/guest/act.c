// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a shell in the guest cannot do by itself:
 *
 *   act vfork [NAME]      a vfork() whose child never returns: the parent sleeps in D, under the
 *                         name NAME; \n, \\, \" and \xNN stand for bytes
 *   act spin NAME         spins under the name NAME with the same escapes
 *   act write FILE TEXT [UID GID]
 *                         one write() of TEXT with the same escapes; prints the error's name
 *   act refuse FILE TEXT...
 *                         one write() of each TEXT with the same escapes, each by an open file of
 *                         its own; prints a line for each that was no EINVAL, and for each after
 *                         which the file reads otherwise; then how many were refused
 *   act read FILE SIZE    reads to the end with read()s of SIZE bytes
 *   act wait FILE MS      reads FILE, polls for POLLPRI, prints "woken" or "timeout" and the text
 *   act tail FILE MS      goes to the end of FILE, polls it for POLLIN, then prints what is there
 *   act overtake DEVICE TRIGGER COUNT
 *                         reads one byte, writes COUNT times to TRIGGER, reads on to the end
 *   act take TRIGGER DEVICE REASON
 *                         takes a dump with the same escapes and prints it, and nothing older
 *   act newest TRIGGER DEVICE REASON
 *                         the same, but prints one dump only, when another one came with it
 *   act keep TRIGGER DEVICE REASON COUNT
 *                         takes so many dumps, reads one byte of each by an open file of its own,
 *                         prints "kept COUNT", and holds on to the rest for ever; when there is no
 *                         dump, it ends and prints the error's name and how many it had
 *   act many TRIGGER TIMES
 *                         writes TIMES times to TRIGGER, prints how many went well and not
 *   act seek DEVICE       reads DEVICE, again after a seek to 0, and after one to the end
 *   act open FILE UID [GID]
 *                         opens FILE as user UID in the group GID alone; prints the error's name
 *   act ticks KNOBS COUNT waits for COUNT load ticks and prints a line at each: the active tasks by
 *                         history and, right then, by the file tasks; how many milliseconds after
 *                         /proc/loadavg the history had it; both looked at each millisecond when
 *                         the tick is near
 *   act hold FILE TEXT PERIOD_NS HISTORY
 *                         100 ms before the next load tick writes TEXT to FILE
 *   act states PID MS     prints the states that a task was seen in during so many milliseconds, a
 *                         letter each
 *   act disk create NAME  a device mapper disk of 1 MiB that answers every request by an error
 *   act disk suspend|resume|remove NAME
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/dm-ioctl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static void fail(const char *what)
{
	fprintf(stderr, "act: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *name_of(int error)
{
	switch (error) {
	case 0: return "OK";
	case EAGAIN: return "EAGAIN";
	case EBUSY: return "EBUSY";
	case EINVAL: return "EINVAL";
	case EPIPE: return "EPIPE";
	case EPERM: return "EPERM";
	case EACCES: return "EACCES";
	case ENOSPC: return "ENOSPC";
	case EINTR: return "EINTR";
	case ESPIPE: return "ESPIPE";
	default: return strerror(error);
	}
}

static size_t unescape(char *to, const char *from)
{
	size_t length = 0;
	unsigned int byte;

	for (; *from; from++) {
		if (*from != '\\') {
			to[length++] = *from;
			continue;
		}
		from++;
		if (*from == 'n') {
			to[length++] = '\n';
		} else if (*from == 'x' && sscanf(from + 1, "%2x", &byte) == 1) {
			to[length++] = byte;
			from += 2;
		} else {
			to[length++] = *from;
		}
	}
	to[length] = '\0';
	return length;
}

static int open_or_fail(const char *path, int flags)
{
	int file = open(path, flags);

	if (file < 0)
		fail(path);
	return file;
}

static void become_named(const char *name)
{
	static char bytes[64];

	unescape(bytes, name);
	prctl(PR_SET_NAME, bytes);
}

static int act_vfork(const char *name)
{
	if (name)
		become_named(name);
	if (vfork() == 0)
		for (;;)
			pause();
	return 0;
}

static int act_spin(const char *name)
{
	become_named(name);
	for (;;)
		;
	return 0;
}

static void become(int user, int group)
{
	if (setgroups(0, NULL) || setgid(group) || setuid(user))
		fail("setuid");
}

static int act_write(const char *path, const char *text)
{
	size_t length = unescape(buffer, text);
	int file = open(path, O_WRONLY);
	ssize_t written = file < 0 ? -1 : write(file, buffer, length);

	puts(name_of(written < 0 ? errno : 0));
	return 0;
}

/* What there is to read in a knob; nothing in one that can be written alone. */
static size_t value_of(const char *path, char *text, size_t size)
{
	int file = open(path, O_RDONLY);
	ssize_t got = file < 0 ? 0 : read(file, text, size);

	if (file >= 0)
		close(file);
	return got > 0 ? got : 0;
}

static int act_refuse(const char *path, char **texts)
{
	char before[256], after[256];
	size_t length = value_of(path, before, sizeof(before));
	int refused = 0, error, file;
	ssize_t written;

	for (; *texts; texts++) {
		file = open_or_fail(path, O_WRONLY);
		written = write(file, buffer, unescape(buffer, *texts));
		error = written < 0 ? errno : 0;
		close(file);
		refused += error == EINVAL;
		if (error != EINVAL)
			printf("'%s': %s\n", *texts, name_of(error));
		if (value_of(path, after, sizeof(after)) != length || memcmp(before, after, length))
			printf("it reads otherwise after '%s'\n", *texts);
	}
	printf("refused %d\n", refused);
	return 0;
}

static int act_read(const char *path, size_t size)
{
	int file = open_or_fail(path, O_RDONLY);
	ssize_t got;

	while ((got = read(file, buffer, size)) > 0)
		fwrite(buffer, 1, got, stdout);
	if (got < 0)
		fail(path);
	return 0;
}

static int act_take(const char *trigger, const char *device, const char *reason)
{
	size_t length = unescape(buffer, reason);
	int file = open_or_fail(device, O_RDONLY);
	int knob = open_or_fail(trigger, O_WRONLY);
	ssize_t got;

	if (lseek(file, 0, SEEK_END) < 0)
		fail("seek to the end");
	if (write(knob, buffer, length) < 0)
		fail(trigger);
	while ((got = read(file, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, got, stdout);
	if (got < 0)
		fail(device);
	return 0;
}

static int act_newest(const char *trigger, const char *device, const char *reason)
{
	static const char header[] = "load_monitor dump ";
	size_t length = unescape(buffer, reason), size = 1 << 22, newest, i;
	int file = open_or_fail(device, O_RDONLY);
	int knob = open_or_fail(trigger, O_WRONLY);
	char *text = malloc(size);
	ssize_t got;

	if (!text)
		fail("memory");
	if (lseek(file, 0, SEEK_END) < 0)
		fail("seek to the end");
	if (write(knob, buffer, length) < 0)
		fail(trigger);
	for (length = 0; (got = read(file, text + length, size - length)) > 0; length += got)
		;
	if (got < 0)
		fail(device);
	if (length == size) {
		errno = EFBIG;
		fail(device);
	}
	for (newest = 0, i = 1; i + sizeof(header) < length; i++)
		if (text[i - 1] == '\n' && !memcmp(text + i, header, sizeof(header) - 1))
			newest = i;
	fwrite(text + newest, 1, length - newest, stdout);
	return 0;
}

static int act_keep(const char *trigger, const char *device, const char *reason, int count)
{
	int knob = open_or_fail(trigger, O_WRONLY);
	int file, kept;

	for (kept = 0; kept < count; kept++) {
		file = open_or_fail(device, O_RDONLY);
		if (lseek(file, 0, SEEK_END) < 0)
			fail("seek to the end");
		if (write(knob, reason, strlen(reason)) < 0) {
			printf("%s %d\n", name_of(errno), kept);
			return 0;
		}
		if (read(file, buffer, 1) != 1)
			fail("first byte");
	}
	printf("kept %d\n", kept);
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

static int act_wait(const char *path, int milliseconds)
{
	int file = open_or_fail(path, O_RDONLY);
	struct pollfd wanted = { .fd = file, .events = POLLPRI };
	ssize_t got;
	int ready;

	if (read(file, buffer, sizeof(buffer)) < 0)
		fail(path);
	ready = poll(&wanted, 1, milliseconds);
	got = pread(file, buffer, sizeof(buffer), 0);
	printf("%s %.*s", ready > 0 && (wanted.revents & POLLPRI) ? "woken" : "timeout",
	       (int)(got > 0 ? got : 0), buffer);
	return 0;
}

static int act_tail(const char *path, int milliseconds)
{
	int file = open_or_fail(path, O_RDONLY);
	struct pollfd wanted = { .fd = file, .events = POLLIN };
	ssize_t got;

	if (lseek(file, 0, SEEK_END) < 0)
		fail("seek to the end");
	got = read(file, buffer, sizeof(buffer));
	printf("%zd\n", got);
	printf("%d\n", poll(&wanted, 1, milliseconds));
	while ((got = read(file, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, got, stdout);
	return 0;
}

static int act_overtake(const char *device, const char *trigger, int count)
{
	int file = open_or_fail(device, O_RDONLY);
	int knob = open_or_fail(trigger, O_WRONLY);
	ssize_t got = read(file, buffer, 1);

	if (got != 1)
		fail("first byte");
	putchar(buffer[0]);
	while (count--)
		if (write(knob, "overtake", 8) < 0)
			fail(trigger);
	for (;;) {
		got = read(file, buffer, sizeof(buffer));
		if (got == 0)
			break;
		if (got > 0)
			fwrite(buffer, 1, got, stdout);
		else if (errno == EPIPE)
			puts("[EPIPE]");
		else
			fail(device);
	}
	return 0;
}

static int act_many(const char *trigger, int times)
{
	int knob = open_or_fail(trigger, O_WRONLY);
	int ok = 0, busy = 0, early = 0, other = 0;

	while (times--) {
		if (write(knob, "many", 4) > 0)
			ok++;
		else if (errno == EBUSY)
			busy++;
		else if (errno == EAGAIN)
			early++;
		else
			other++;
	}
	printf("ok=%d busy=%d early=%d other=%d\n", ok, busy, early, other);
	return 0;
}

static size_t drain(int file)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(file, buffer, 1000)) > 0)
		length += got;
	return length;
}

static int act_seek(const char *device)
{
	int file = open_or_fail(device, O_RDONLY);
	size_t first = drain(file), second, third;

	if (lseek(file, 0, SEEK_SET))
		fail("seek to 0");
	second = drain(file);
	if (lseek(file, 0, SEEK_END) < 0)
		fail("seek to the end");
	third = drain(file);
	printf("%s %zu ", first == second ? "same" : "different", third);
	printf("%s ", lseek(file, 1, SEEK_SET) < 0 ? name_of(errno) : "OK");
	printf("%s\n", pread(file, buffer, 1, 0) < 0 ? name_of(errno) : "OK");
	return 0;
}

static int act_open(const char *path, int user, int group)
{
	become(user, group);
	puts(name_of(open(path, O_RDONLY) < 0 ? errno : 0));
	return 0;
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_ns(long long nanoseconds)
{
	struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };

	if (nanoseconds > 0)
		nanosleep(&time, NULL);
}

/* What is in a short file; valid until the next call. */
static char *text_of(const char *path)
{
	static char text[8192];
	int file = open_or_fail(path, O_RDONLY);
	ssize_t got = read(file, text, sizeof(text) - 1);

	if (got < 0)
		fail(path);
	close(file);
	text[got] = '\0';
	return text;
}

struct tick {
	long long ns;
	int active;
};

static struct tick newest_tick(const char *history)
{
	struct tick tick = { 0, -1 };
	char *text = text_of(history);
	size_t length = strlen(text);

	if (length < 2)
		return tick;
	text[length - 1] = '\0';
	text = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
	if (sscanf(text, "%lld %d", &tick.ns, &tick.active) != 2)
		fail(history);
	return tick;
}

static int load_now(const char *tasks)
{
	int running, uninterruptible;

	if (sscanf(text_of(tasks), "running %d uninterruptible %d",
		   &running, &uninterruptible) != 2)
		fail(tasks);
	return running + uninterruptible;
}

/*
 * Until shortly before the tick after this one: a tick comes 5 s and one jiffy after another. To
 * look all the time costs an emulated CPU.
 */
static void sleep_until_almost(struct tick next_after)
{
	const long long almost = 4900000000LL;

	if (next_after.ns && next_after.ns + almost > now_ns())
		sleep_ns(next_after.ns + almost - now_ns());
}

static int act_ticks(const char *knobs, int count)
{
	char history[256], tasks[256], average[64];
	long long changed = 0;
	struct tick last, tick;

	snprintf(history, sizeof(history), "%s/history", knobs);
	snprintf(tasks, sizeof(tasks), "%s/tasks", knobs);
	snprintf(average, sizeof(average), "%.14s", text_of("/proc/loadavg"));
	last = newest_tick(history);
	sleep_until_almost(last);
	while (count) {
		sleep_ns(1000000);
		if (!changed && strncmp(average, text_of("/proc/loadavg"), strlen(average)))
			changed = now_ns();
		tick = newest_tick(history);
		if (tick.ns == last.ns)
			continue;
		printf("tick active=%d tasks=%d late_ms=%lld\n", tick.active, load_now(tasks),
		       changed ? (now_ns() - changed) / 1000000 : 0);
		fflush(stdout);
		snprintf(average, sizeof(average), "%.14s", text_of("/proc/loadavg"));
		changed = 0;
		last = tick;
		if (--count)
			sleep_until_almost(last);
	}
	return 0;
}

static int act_hold(const char *path, const char *what, long long period, const char *history)
{
	int file = open_or_fail(path, O_WRONLY);

	sleep_ns(newest_tick(history).ns + period - 100000000 - now_ns());
	if (write(file, what, strlen(what)) < 0)
		fail(path);
	return 0;
}

static void disk_call(int control, unsigned long call, const char *name, int flags, int with_table)
{
	static union {
		struct dm_ioctl call;
		char bytes[16384];
	} data;
	struct dm_target_spec *table = (void *)(data.bytes + sizeof(data.call));

	memset(&data, 0, sizeof(data));
	data.call.version[0] = DM_VERSION_MAJOR;
	data.call.data_size = sizeof(data);
	data.call.data_start = sizeof(data.call);
	data.call.flags = flags;
	snprintf(data.call.name, sizeof(data.call.name), "%s", name);
	if (with_table) {
		data.call.target_count = 1;
		table->length = 2048;
		table->next = sizeof(*table) + 8;
		snprintf(table->target_type, sizeof(table->target_type), "error");
	}
	if (ioctl(control, call, &data) < 0)
		fail(name);
}

static int act_disk(const char *what, const char *name)
{
	int control = open_or_fail("/dev/mapper/control", O_RDWR);

	if (!strcmp(what, "create")) {
		disk_call(control, DM_DEV_CREATE, name, 0, 0);
		disk_call(control, DM_TABLE_LOAD, name, 0, 1);
		disk_call(control, DM_DEV_SUSPEND, name, 0, 0);
	} else if (!strcmp(what, "suspend")) {
		disk_call(control, DM_DEV_SUSPEND, name, DM_SUSPEND_FLAG, 0);
	} else if (!strcmp(what, "resume")) {
		disk_call(control, DM_DEV_SUSPEND, name, 0, 0);
	} else {
		disk_call(control, DM_DEV_REMOVE, name, 0, 0);
	}
	return 0;
}

static int act_states(const char *pid, int milliseconds)
{
	long long until = now_ns() + milliseconds * 1000000LL;
	char seen[128] = "", path[64], *name_end;
	ssize_t length;
	char letter;
	int file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = open_or_fail(path, O_RDONLY);
	while (now_ns() < until) {
		length = pread(file, buffer, 1000, 0);
		if (length <= 0)
			fail(path);
		buffer[length] = '\0';
		/* "33 (load_monitor) I 2 0 0 ...": the name may hold parentheses, too. */
		name_end = strrchr(buffer, ')');
		letter = name_end ? name_end[2] : '?';
		if (!strchr(seen, letter))
			seen[strlen(seen)] = letter;
	}
	puts(seen);
	return 0;
}

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if ((count == 2 || count == 3) && !strcmp(act, "vfork"))
		return act_vfork(count == 3 ? arguments[2] : NULL);
	if (count == 3 && !strcmp(act, "spin"))
		return act_spin(arguments[2]);
	if (count == 6 && !strcmp(act, "write"))
		become(atoi(arguments[4]), atoi(arguments[5]));
	if ((count == 4 || count == 6) && !strcmp(act, "write"))
		return act_write(arguments[2], arguments[3]);
	if (count > 3 && !strcmp(act, "refuse"))
		return act_refuse(arguments[2], arguments + 3);
	if (count == 4 && !strcmp(act, "read"))
		return act_read(arguments[2], strtoul(arguments[3], NULL, 10));
	if (count == 5 && !strcmp(act, "take"))
		return act_take(arguments[2], arguments[3], arguments[4]);
	if (count == 5 && !strcmp(act, "newest"))
		return act_newest(arguments[2], arguments[3], arguments[4]);
	if (count == 6 && !strcmp(act, "keep"))
		return act_keep(arguments[2], arguments[3], arguments[4], atoi(arguments[5]));
	if (count == 4 && !strcmp(act, "wait"))
		return act_wait(arguments[2], atoi(arguments[3]));
	if (count == 4 && !strcmp(act, "tail"))
		return act_tail(arguments[2], atoi(arguments[3]));
	if (count == 5 && !strcmp(act, "overtake"))
		return act_overtake(arguments[2], arguments[3], atoi(arguments[4]));
	if (count == 4 && !strcmp(act, "many"))
		return act_many(arguments[2], atoi(arguments[3]));
	if (count == 3 && !strcmp(act, "seek"))
		return act_seek(arguments[2]);
	if ((count == 4 || count == 5) && !strcmp(act, "open"))
		return act_open(arguments[2], atoi(arguments[3]),
				count == 5 ? atoi(arguments[4]) : atoi(arguments[3]));
	if (count == 4 && !strcmp(act, "ticks"))
		return act_ticks(arguments[2], atoi(arguments[3]));
	if (count == 6 && !strcmp(act, "hold"))
		return act_hold(arguments[2], arguments[3], atoll(arguments[4]), arguments[5]);
	if (count == 4 && !strcmp(act, "states"))
		return act_states(arguments[2], atoi(arguments[3]));
	if (count == 4 && !strcmp(act, "disk"))
		return act_disk(arguments[2], arguments[3]);
	fprintf(stderr, "act: see the head of act.c\n");
	return 2;
}
