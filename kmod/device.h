/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/load_monitor: the finished dumps as one text, the oldest first. */
#ifndef LM_DEVICE_H
#define LM_DEVICE_H

#include <linux/uidgid.h>

/* Members of @group may read it, too, if that is a valid one. */
int lm_device_init(kgid_t group);
void lm_device_exit(void);

#endif
