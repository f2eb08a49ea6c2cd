/* SPDX-License-Identifier: GPL-2.0-only */
/* The load ticks of the last hours: one every five seconds, written by the sampler. */
#ifndef LM_HISTORY_H
#define LM_HISTORY_H

#include <linux/types.h>

/* 1536 ticks of 5 s are 2 hours and 8 minutes, in 24 kB. */
#define LM_TICKS 1536

struct lm_tick {
	/* CLOCK_MONOTONIC when the update was due, within about a jiffy. */
	u64 time_ns;
	/* Tasks that were running or uninterruptible at the tick. */
	u32 active;
	/* The one-minute average after the tick, in fixed point. */
	u32 average;
};

/* Any context. */
void lm_history_add(const struct lm_tick *tick);

/* The tick @back ticks ago, 0 being the newest; false when history does not go back so far. */
bool lm_history_get(unsigned int back, struct lm_tick *tick);

#endif
