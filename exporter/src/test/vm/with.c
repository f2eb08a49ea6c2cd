/*
 *   with UID CAPABILITY[,CAPABILITY]... PROGRAM [ARGUMENT]...
 *
 * Runs a program as that user and group, with these capabilities (numbers of linux/capability.h) and no other; "-": none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(const char *what, int result)
{
	if (result < 0) {
		fprintf(stderr, "with: %s: %s\n", what, strerror(errno));
		exit(125);
	}
}

int main(int count, char **arguments)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	char *text = count > 3 ? arguments[2] : "", *end;
	int id = count > 3 ? atoi(arguments[1]) : 0;
	long capability;

	if (id <= 0) {
		fprintf(stderr, "with: see the head of with.c\n");
		return 2;
	}
	must("keep", prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L));
	must("groups", setgroups(0, NULL));
	must("group", setresgid(id, id, id));
	must("user", setresuid(id, id, id));
	for (; *text && *text != '-'; text = *end ? end + 1 : end) {
		capability = strtol(text, &end, 10);
		if (end == text || capability < 0 || capability > 63) {
			fprintf(stderr, "with: no list of capabilities: '%s'\n", arguments[2]);
			return 2;
		}
		data[capability / 32].permitted |= 1u << capability % 32;
	}
	data[0].effective = data[0].inheritable = data[0].permitted;
	data[1].effective = data[1].inheritable = data[1].permitted;
	must("capset", syscall(SYS_capset, &header, data));
	for (capability = 0; capability < 64; capability++)
		if (data[capability / 32].permitted & 1u << capability % 32)
			must("ambient", prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_RAISE, capability, 0L, 0L));
	execv(arguments[3], arguments + 3);
	must(arguments[3], -1);
	return 125;
}
