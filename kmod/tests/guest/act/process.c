// SPDX-License-Identifier: GPL-2.0-only
/* Processes of a given state and name. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

void become_named(const char *name)
{
	static char bytes[64];

	unescape(bytes, name);
	prctl(PR_SET_NAME, bytes);
}

int act_vfork(const char *name)
{
	if (name)
		become_named(name);
	if (vfork() == 0)
		for (;;)
			pause();
	return 0;
}

int act_spin(const char *name)
{
	become_named(name);
	for (;;)
		;
	return 0;
}

void become(int user, int group)
{
	if (setgroups(0, NULL) || setgid(group) || setuid(user))
		fail("setuid");
}

static int spin_in_thread(void *name)
{
	return act_spin(name);
}

int act_thread(const char *name)
{
	static char stack[65536] __attribute__((aligned(16)));

	if (clone(spin_in_thread, stack + sizeof(stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
		  (void *)name) < 0)
		fail("clone");
	for (;;)
		pause();
	return 0;
}

/* include/uapi/linux/sched/types.h; the C library has a name for it only since a short time. */
struct deadline_attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

/*
 * As an ordinary task: of one that dies with its share some kernels forget to take the share
 * back.
 */
static void end_without_deadline(int unused)
{
	struct deadline_attributes ordinary = { .size = sizeof(ordinary) };

	(void)unused;
	syscall(SYS_sched_setattr, 0, &ordinary, 0);
	_exit(0);
}

int act_deadline(const char *name, int runtime_ms, int period_ms)
{
	struct deadline_attributes attributes = {
		.size = sizeof(attributes),
		.policy = SCHED_DEADLINE,
		.runtime = runtime_ms * 1000000ull,
		.deadline = period_ms * 1000000ull,
		.period = period_ms * 1000000ull,
	};

	cpu_set_t everywhere;

	signal(SIGTERM, end_without_deadline);
	/* The kernel gives no guarantees to who may run on a part of its CPUs only. */
	memset(&everywhere, 0xff, sizeof(everywhere));
	if (sched_setaffinity(0, sizeof(everywhere), &everywhere))
		fail("sched_setaffinity");
	if (syscall(SYS_sched_setattr, 0, &attributes, 0))
		fail("sched_setattr");
	return act_spin(name);
}

static volatile sig_atomic_t told_to_end;

static void end_soon(int unused)
{
	(void)unused;
	told_to_end = 1;
}

int act_states(const char *pid)
{
	long long until = now_ns() + 30000000000LL;
	char seen[128] = "", path[64], *name_end;
	ssize_t length;
	char letter;
	int file;

	signal(SIGTERM, end_soon);
	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = open_or_fail(path, O_RDONLY);
	while (!told_to_end && now_ns() < until) {
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
