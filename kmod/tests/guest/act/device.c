// SPDX-License-Identifier: GPL-2.0-only
/* Reads of the device, as few or as many bytes at once, early or late as a test wants. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act.h"

int act_read(const char *path, size_t size)
{
	int file = open_or_fail(path, O_RDONLY);
	ssize_t got;

	while ((got = read(file, buffer, size)) > 0)
		fwrite(buffer, 1, got, stdout);
	if (got < 0)
		fail(path);
	return 0;
}

int act_take(const char *trigger, const char *device, const char *reason)
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

int act_newest(const char *trigger, const char *device, const char *reason)
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

int act_keep(const char *trigger, const char *device, const char *reason, int count)
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

int act_wait(const char *path, int milliseconds)
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

int act_tail(const char *path, int milliseconds)
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

int act_overtake(const char *device, const char *trigger, int count)
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

static size_t drain(int file)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(file, buffer, 1000)) > 0)
		length += got;
	return length;
}

int act_seek(const char *device)
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
