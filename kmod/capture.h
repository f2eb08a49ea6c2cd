/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may have a dump, and when: one at a time, taken by threads of its own. */
#ifndef LM_CAPTURE_H
#define LM_CAPTURE_H

#include <linux/types.h>

#include "report.h"

struct lm_stats {
	u64 dumps[LM_KINDS];
	/* Manual dumps that were not taken: busy, too soon, or an unfit reason. */
	u64 refused;
	/* Tasks that found no room in their dump. */
	u64 truncated;
	/* Tasks whose stack was there already. */
	u64 deduplicated;
	/* Dumps that found no room at all. */
	u64 lost;
	u64 last_capture_ns;
	u64 longest_capture_ns;
	u64 longest_irq_off_ns;
};

int lm_capture_init(void);
void lm_capture_exit(void);

/*
 * Takes a dump for a person or a program and returns when it is finished: 0, -EINVAL for an unfit
 * reason, -EBUSY, -EAGAIN (too soon), -ENOSPC (no room), -EINTR (a signal came, or the machine goes
 * to sleep: the dump is taken all the same, so the call is not to be begun again).
 */
int lm_capture_manual(const char *reason, size_t length);

/*
 * Asks for a dump and does not wait; false when one is being taken. Of a @crossing, the ring keeps
 * it until another one. Any context.
 */
bool lm_capture_ask(enum lm_kind kind, const char *reason, bool crossing);

struct lm_stats lm_capture_stats(void);

#endif
