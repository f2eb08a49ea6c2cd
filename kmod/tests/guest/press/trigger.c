// SPDX-License-Identifier: GPL-2.0-only
/* Writes to the trigger. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "press.h"

int press_time(const char *path, const char *text)
{
	int file = open_or_fail(path, O_WRONLY);
	unsigned long long begin = now_ns();

	if (write(file, text, strlen(text)) < 0)
		fail(path);
	printf("%llu\n", now_ns() - begin);
	return 0;
}

static volatile sig_atomic_t told_to_end;

static void end_soon(int unused)
{
	(void)unused;
	told_to_end = 1;
}

int press_trigger(const char *path, int seconds)
{
	struct sigaction end_it = { .sa_handler = end_soon, .sa_flags = SA_RESTART };
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	int ok = 0, busy = 0, gone = 0, other = 0;
	int knob = open_or_fail(path, O_WRONLY);

	sigaction(SIGTERM, &end_it, NULL);
	while (now_ns() < end && !gone && !told_to_end) {
		if (write(knob, "press", 5) > 0)
			ok++;
		else if (errno == EBUSY)
			busy++;
		else if (errno == ENODEV)
			gone++;
		else if (errno != EINTR)
			other++;
	}
	printf("ok=%d busy=%d gone=%d other=%d\n", ok, busy, gone, other);
	return 0;
}
