// SPDX-License-Identifier: GPL-2.0-only
/* A device mapper disk, without dmsetup. */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "act.h"

static void disk_call(int control, unsigned long call, const char *name, int flags, int with_table)
{
	static union {
		struct dm_ioctl call;
		char bytes[16384];
	} data;
	struct dm_target_spec *table = (void *)(data.bytes + sizeof(data.call));

	memset(&data, 0, sizeof(data));
	data.call.version[0] = DM_VERSION_MAJOR;
	data.call.data_size = sizeof(data);
	data.call.data_start = sizeof(data.call);
	data.call.flags = flags;
	snprintf(data.call.name, sizeof(data.call.name), "%s", name);
	if (with_table) {
		data.call.target_count = 1;
		table->length = 2048;
		table->next = sizeof(*table) + 8;
		snprintf(table->target_type, sizeof(table->target_type), "error");
	}
	if (ioctl(control, call, &data) < 0)
		fail(name);
}

int act_disk(const char *what, const char *name)
{
	int control = open_or_fail("/dev/mapper/control", O_RDWR);

	if (!strcmp(what, "create")) {
		disk_call(control, DM_DEV_CREATE, name, 0, 0);
		disk_call(control, DM_TABLE_LOAD, name, 0, 1);
		disk_call(control, DM_DEV_SUSPEND, name, 0, 0);
	} else if (!strcmp(what, "suspend")) {
		disk_call(control, DM_DEV_SUSPEND, name, DM_SUSPEND_FLAG, 0);
	} else if (!strcmp(what, "resume")) {
		disk_call(control, DM_DEV_SUSPEND, name, 0, 0);
	} else {
		disk_call(control, DM_DEV_REMOVE, name, 0, 0);
	}
	return 0;
}
