// SPDX-License-Identifier: GPL-2.0-only
/* What all of it shares. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "press.h"

char buffer[BUFFER];

void fail(const char *what)
{
	printf("press: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	exit(1);
}

int open_or_fail(const char *path, int flags)
{
	int file = open(path, flags | O_CLOEXEC);

	if (file < 0)
		fail(path);
	return file;
}

unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
