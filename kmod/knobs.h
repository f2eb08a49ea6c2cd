/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/load_monitor: described file by file in ABI/. */
#ifndef LM_KNOBS_H
#define LM_KNOBS_H

int lm_knobs_init(void);
void lm_knobs_exit(void);

#endif
