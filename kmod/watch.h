/* SPDX-License-Identifier: GPL-2.0-only */
/* Decides at each load tick whether a dump is to be taken by itself. */
#ifndef LM_WATCH_H
#define LM_WATCH_H

#include <linux/types.h>

/*
 * One tick: @active tasks took the one-minute average to @average (fixed point, FSHIFT fraction
 * bits). @now is CLOCK_MONOTONIC in nanoseconds. One caller; hard interrupt context will do.
 */
void lm_watch_tick(u64 now, unsigned int active, unsigned long average);

#endif
