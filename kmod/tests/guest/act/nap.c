// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own count of who runs against the module's, while many sleep and wake. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "act.h"

/* As long as the guest's clock says, whatever its CPU is. */
#define WORK_NS 300000

static void nap(int us)
{
	long long end;

	prctl(PR_SET_NAME, "napper");
	for (;;) {
		end = now_ns() + WORK_NS;
		while (now_ns() < end)
			;
		usleep(us);
	}
}

static long number_in(const char *path, const char *key)
{
	int file = open_or_fail(path, O_RDONLY);
	size_t length = 0;
	ssize_t got;
	char *at;

	while ((got = read(file, buffer + length, BUFFER - 1 - length)) > 0)
		length += got;
	close(file);
	buffer[length] = '\0';
	at = strstr(buffer, key);
	if (!at)
		fail(key);
	return atol(at + strlen(key));
}

/*
 * Who reads is not to be among those that wait for a CPU: real-time, and left out of both counts.
 */
int act_nap(const char *tasks, int nappers, int us, int spinners, int looks)
{
	struct sched_param first = { .sched_priority = 10 };
	pid_t *made = calloc(nappers + spinners, sizeof(*made));
	long long kernel = 0, module = 0, before, after;
	int i;

	if (!made)
		fail("memory");
	for (i = 0; i < nappers + spinners; i++) {
		made[i] = fork();
		if (made[i] < 0)
			fail("fork");
		if (made[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Not all at the same time. */
		if (i < nappers)
			nap(us + us * i / nappers);
		act_spin("spinner");
	}
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		fail("sched_setscheduler");
	sleep(2);
	for (i = 0; i < looks; i++) {
		before = number_in("/proc/stat", "procs_running ");
		module += 2 * number_in(tasks, "running ");
		after = number_in("/proc/stat", "procs_running ");
		kernel += before + after - 2;
		usleep(20000);
	}
	printf("kernel=%lld module=%lld\n", kernel * 50 / looks, module * 50 / looks);
	for (i = 0; i < nappers + spinners; i++)
		kill(made[i], SIGKILL);
	return 0;
}
