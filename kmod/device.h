/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/load_monitor: the finished dumps as one text, the oldest first. */
#ifndef LM_DEVICE_H
#define LM_DEVICE_H

int lm_device_init(void);
void lm_device_exit(void);

#endif
