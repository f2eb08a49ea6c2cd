// SPDX-License-Identifier: GPL-2.0-only
/* Writes to the files in sysfs, and who may. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"

int act_write(const char *path, const char *text)
{
	size_t length = unescape(buffer, text);
	int file = open(path, O_WRONLY);
	ssize_t written = file < 0 ? -1 : write(file, buffer, length);

	puts(name_of(written < 0 ? errno : 0));
	return 0;
}

void lose_power(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		fail("capget");
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].permitted &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data))
		fail("capset");
}

/* What there is to read in a knob; nothing in one that can be written alone. */
static size_t value_of(const char *path, char *text, size_t size)
{
	int file = open(path, O_RDONLY);
	ssize_t got = file < 0 ? 0 : read(file, text, size);

	if (file >= 0)
		close(file);
	return got > 0 ? got : 0;
}

int act_refuse(const char *path, char **texts)
{
	char before[256], after[256];
	size_t length = value_of(path, before, sizeof(before));
	int refused = 0, error, file;
	ssize_t written;

	for (; *texts; texts++) {
		file = open_or_fail(path, O_WRONLY);
		written = write(file, buffer, unescape(buffer, *texts));
		error = written < 0 ? errno : 0;
		close(file);
		refused += error == EINVAL;
		if (error != EINVAL)
			printf("'%s': %s\n", *texts, name_of(error));
		if (value_of(path, after, sizeof(after)) != length || memcmp(before, after, length))
			printf("it reads otherwise after '%s'\n", *texts);
	}
	printf("refused %d\n", refused);
	return 0;
}

int act_many(const char *trigger, int times)
{
	int knob = open_or_fail(trigger, O_WRONLY);
	int ok = 0, busy = 0, early = 0, other = 0;

	while (times--) {
		if (write(knob, "many", 4) > 0)
			ok++;
		else if (errno == EBUSY)
			busy++;
		else if (errno == EAGAIN)
			early++;
		else
			other++;
	}
	printf("ok=%d busy=%d early=%d other=%d\n", ok, busy, early, other);
	return 0;
}

int act_open(const char *path, int user, int group)
{
	become(user, group);
	puts(name_of(open(path, O_RDONLY) < 0 ? errno : 0));
	return 0;
}
