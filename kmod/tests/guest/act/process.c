// SPDX-License-Identifier: GPL-2.0-only
/* Processes of a given state and name. */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "act.h"

static void become_named(const char *name)
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
