// SPDX-License-Identifier: GPL-2.0-only
/* Readers of the device. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "press.h"

/* What a reader has seen of the stream; its lines are told by their first bytes. */
struct stream {
	char line[64];
	size_t length;
	unsigned long long open, newest;
	int torn;
};

static void stream_line(struct stream *seen)
{
	unsigned long long id;

	seen->line[seen->length < sizeof(seen->line) ? seen->length : sizeof(seen->line) - 1] = 0;
	if (sscanf(seen->line, "load_monitor dump version=1 id=%llu ", &id) == 1) {
		seen->torn += seen->open || id <= seen->newest;
		seen->open = id;
		seen->newest = id;
	} else if (sscanf(seen->line, "end id=%llu ", &id) == 1) {
		seen->torn += seen->open != id;
		seen->open = 0;
	} else {
		seen->torn += !seen->open;
	}
	seen->length = 0;
}

static void stream_take(struct stream *seen, const char *text, size_t length)
{
	const char *end = text + length;

	for (; text < end; text++) {
		if (*text == '\n') {
			stream_line(seen);
			continue;
		}
		if (seen->length < sizeof(seen->line))
			seen->line[seen->length] = *text;
		seen->length++;
	}
}

int press_read(const char *path, size_t size, int seconds)
{
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	int files = 0, overtaken = 0, torn = 0;
	struct stream seen;
	ssize_t got;
	int file;

	while (now_ns() < end) {
		file = open_or_fail(path, O_RDONLY);
		memset(&seen, 0, sizeof(seen));
		do {
			got = read(file, buffer, size);
			if (got > 0)
				stream_take(&seen, buffer, got);
			if (got < 0 && errno == EPIPE) {
				/* Only between two dumps. */
				torn += seen.open || seen.length;
				overtaken++;
				got = 1;
			}
		} while (got > 0 && now_ns() < end);
		if (got < 0)
			fail(path);
		/* At the end of what there is, not of the time: nothing is half there. */
		torn += seen.torn + (!got && (seen.open || seen.length));
		close(file);
		files++;
	}
	printf("files=%d overtaken=%d torn=%d\n", files, overtaken, torn);
	return 0;
}

int press_poll(const char *path, int seconds)
{
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	struct pollfd wanted = { .events = POLLIN };
	int woken = 0, dry = 0, overtaken = 0;
	ssize_t got;

	wanted.fd = open_or_fail(path, O_RDONLY);
	if (lseek(wanted.fd, 0, SEEK_END) < 0)
		fail("seek to the end");
	while (now_ns() < end) {
		if (poll(&wanted, 1, 100) <= 0)
			continue;
		woken++;
		got = read(wanted.fd, buffer, sizeof(buffer));
		if (!got)
			dry++;
		else if (got < 0 && errno == EPIPE)
			overtaken++;
		else if (got < 0)
			fail(path);
	}
	printf("woken=%d dry=%d overtaken=%d\n", woken, dry, overtaken);
	return 0;
}
