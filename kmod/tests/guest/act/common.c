// SPDX-License-Identifier: GPL-2.0-only
/* What all of it shares. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act.h"

char buffer[BUFFER];

void fail(const char *what)
{
	fprintf(stderr, "act: %s: %s\n", what, strerror(errno));
	exit(1);
}

const char *name_of(int error)
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

size_t unescape(char *to, const char *from)
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

int open_or_fail(const char *path, int flags)
{
	int file = open(path, flags);

	if (file < 0)
		fail(path);
	return file;
}

long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void sleep_ns(long long nanoseconds)
{
	struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };

	if (nanoseconds > 0)
		nanosleep(&time, NULL);
}
