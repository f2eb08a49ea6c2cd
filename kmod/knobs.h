/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/load_monitor: described file by file in ABI/. */
#ifndef LM_KNOBS_H
#define LM_KNOBS_H

#include <linux/uidgid.h>

/* Members of @group, if that is a valid one, may write to trigger, where its mode lets them. */
int lm_knobs_init(kgid_t group);
void lm_knobs_exit(void);

#endif
