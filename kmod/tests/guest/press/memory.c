// SPDX-License-Identifier: GPL-2.0-only
/* Loads and opens for which there is no memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "press.h"

static int nth_file;

/* Documentation/fault-injection: the next @nth allocation of this thread fails. */
static void fail_nth(int nth)
{
	char text[16];
	int length = sprintf(text, "%d", nth);

	if (pwrite(nth_file, text, length, 0) != length)
		fail("/proc/thread-self/fail-nth");
}

/* Whether an allocation failed since; so many were not to be had when none did. */
static int has_failed(void)
{
	char text[16] = "";

	if (pread(nth_file, text, sizeof(text) - 1, 0) < 1)
		fail("/proc/thread-self/fail-nth");
	fail_nth(0);
	return atoi(text) == 0;
}

/* Each of the first hundred, then ever fewer: most are pages of the same few areas. */
static int next_nth(int nth)
{
	return nth + 1 + nth / 100;
}

int press_reload(const char *path, const char *parameters, int count)
{
	int file = open_or_fail(path, O_RDONLY);

	while (count--) {
		if (syscall(SYS_finit_module, file, parameters, 0))
			fail(path);
		if (syscall(SYS_delete_module, "load_monitor", 0))
			fail("delete_module");
	}
	return 0;
}

int press_fail_load(const char *path, const char *parameters)
{
	int refused = 0, survived = 0, injected = 1, nth, error;
	int file = open_or_fail(path, O_RDONLY);

	nth_file = open_or_fail("/proc/thread-self/fail-nth", O_RDWR);
	for (nth = 1; injected; nth = next_nth(nth)) {
		fail_nth(nth);
		error = syscall(SYS_finit_module, file, parameters, 0) ? errno : 0;
		injected = has_failed();
		if (!error) {
			survived += injected;
			if (syscall(SYS_delete_module, "load_monitor", 0))
				fail("delete_module");
			continue;
		}
		if (!injected || error != ENOMEM) {
			printf("allocation %d: %s\n", nth, strerror(error));
			return 1;
		}
		refused++;
		if (!access("/sys/kernel/load_monitor", F_OK) ||
		    !access("/dev/load_monitor", F_OK)) {
			printf("allocation %d left something behind\n", nth);
			return 1;
		}
	}
	printf("refused=%d survived=%d last=%d\n", refused, survived, nth);
	return 0;
}

int press_fail_open(const char *path)
{
	int refused = 0, injected = 1, nth, error, file;

	nth_file = open_or_fail("/proc/thread-self/fail-nth", O_RDWR);
	for (nth = 1; injected; nth++) {
		fail_nth(nth);
		file = open(path, O_RDONLY | O_CLOEXEC);
		error = file < 0 || read(file, buffer, 100) < 0 ? errno : 0;
		injected = has_failed();
		if (file >= 0)
			close(file);
		if (error && (!injected || error != ENOMEM)) {
			printf("allocation %d: %s\n", nth, strerror(error));
			return 1;
		}
		refused += !!error;
	}
	printf("refused=%d\n", refused);
	return 0;
}

/* Between the two writes nothing but the open() asks for memory: this process is in the trap. */
int press_trapped(const char *path)
{
	int trap = open_or_fail("/proc/self/make-it-fail", O_RDWR);
	int file, error;

	if (pwrite(trap, "1", 1, 0) != 1)
		fail("/proc/self/make-it-fail");
	file = open(path, O_RDONLY);
	error = file < 0 ? errno : 0;
	if (pwrite(trap, "0", 1, 0) != 1)
		fail("/proc/self/make-it-fail");
	puts(error == ENOMEM ? "ENOMEM" : strerror(error));
	return 0;
}
