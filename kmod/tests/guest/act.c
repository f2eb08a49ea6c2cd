// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a shell in the guest cannot do by itself:
 *
 *   act vfork             a vfork() whose child never returns: the parent sleeps in D
 *   act spin NAME         spins under the name NAME; \n, \\, \" and \xNN stand for bytes
 *   act write FILE TEXT   one write() of TEXT with the same escapes; prints the error's name
 *   act read FILE SIZE    reads to the end with read()s of SIZE bytes
 *   act wait FILE MS      reads FILE, polls for POLLPRI, prints "woken" or "timeout" and the text
 *   act tail FILE MS      goes to the end of FILE, polls it for POLLIN, then prints what is there
 *   act overtake DEVICE TRIGGER COUNT
 *                         reads one byte, writes COUNT times to TRIGGER, reads on to the end
 *   act many TRIGGER TIMES
 *                         writes TIMES times to TRIGGER, prints how many went well and not
 *   act seek DEVICE       reads DEVICE, again after a seek to 0, and after one to the end
 *   act open FILE UID     opens FILE as user UID; prints the error's name
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

static int act_vfork(void)
{
	if (vfork() == 0)
		for (;;)
			pause();
	return 0;
}

static int act_spin(const char *name)
{
	static char bytes[64];

	unescape(bytes, name);
	prctl(PR_SET_NAME, bytes);
	for (;;)
		;
	return 0;
}

static int act_write(const char *path, const char *text)
{
	size_t length = unescape(buffer, text);
	int file = open_or_fail(path, O_WRONLY);
	ssize_t written = write(file, buffer, length);

	puts(name_of(written < 0 ? errno : 0));
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

static int act_open(const char *path, int user)
{
	if (setuid(user))
		fail("setuid");
	puts(name_of(open(path, O_RDONLY) < 0 ? errno : 0));
	return 0;
}

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (count == 2 && !strcmp(act, "vfork"))
		return act_vfork();
	if (count == 3 && !strcmp(act, "spin"))
		return act_spin(arguments[2]);
	if (count == 4 && !strcmp(act, "write"))
		return act_write(arguments[2], arguments[3]);
	if (count == 4 && !strcmp(act, "read"))
		return act_read(arguments[2], strtoul(arguments[3], NULL, 10));
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
	if (count == 4 && !strcmp(act, "open"))
		return act_open(arguments[2], atoi(arguments[3]));
	fprintf(stderr, "act: see the head of act.c\n");
	return 2;
}
