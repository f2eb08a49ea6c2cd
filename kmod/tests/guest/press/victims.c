// SPDX-License-Identifier: GPL-2.0-only
/* Tasks that end while their stacks are read, and somebody who has their stacks freed at once. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "press.h"

static void only_on(int cpu)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(cpu, &here);
	if (sched_setaffinity(0, sizeof(here), &here))
		fail("sched_setaffinity");
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	int file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = open_or_fail(path, O_WRONLY);
	if (write(file, text, strlen(text)) < 0)
		fail(path);
	close(file);
}

/* Sleeps in D until its child ends, which never does. */
static void be_a_victim(void)
{
	prctl(PR_SET_NAME, "victim");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!vfork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	_exit(0);
}

/*
 * In a control group at its limit of memory each fork is refused when its stack is to be charged: a
 * stack that comes from this CPU's cache of dead tasks' stacks is freed right then.
 */
static void fork_in_vain(const char *group)
{
	char pid[16];
	pid_t child;

	prctl(PR_SET_NAME, "forker");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	put("/proc/self", "oom_score_adj", "-1000");
	snprintf(pid, sizeof(pid), "%d", getpid());
	put(group, "cgroup.procs", pid);
	put(group, "memory.max", "40960");
	for (;;) {
		child = fork();
		if (!child)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
		usleep(200);
	}
}

static volatile sig_atomic_t told_to_end;

static void end_soon(int unused)
{
	(void)unused;
	told_to_end = 1;
}

static pid_t pid_in(int file)
{
	char text[32] = "";

	if (pread(file, text, sizeof(text) - 1, 0) < 0)
		fail("the held one's pid");
	return atoi(text);
}

int press_victims(int count, const char *group, const char *held)
{
	pid_t *victims = calloc(count + 1, sizeof(*victims)), now, last = 0;
	int i, killed = 0, file = open_or_fail(held, O_RDWR);

	if (!victims)
		fail("memory");
	only_on(1);
	signal(SIGTERM, end_soon);
	for (i = 0; i <= count; i++) {
		victims[i] = fork();
		if (victims[i] < 0)
			fail("fork");
		if (!victims[i] && i < count)
			be_a_victim();
		if (!victims[i])
			fork_in_vain(group);
	}
	puts("ready");
	fflush(stdout);
	while (!told_to_end) {
		now = pid_in(file);
		if (now > 0 && now != last) {
			kill(now, SIGKILL);
			waitpid(now, NULL, 0);
			/* Until the forker has come upon its stack, some of its forks later. */
			usleep(10000);
			/* It is over before the stack is read, or it proves nothing. */
			killed += pid_in(file) == now;
			if (pwrite(file, "0", 1, 0) != 1)
				fail(held);
			last = now;
		}
		usleep(500);
	}
	for (i = 0; i <= count; i++)
		kill(victims[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	printf("killed=%d\n", killed);
	free(victims);
	return 0;
}
