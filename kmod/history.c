// SPDX-License-Identifier: GPL-2.0-only
#include <linux/spinlock.h>

#include "history.h"

static DEFINE_RAW_SPINLOCK(lm_history_lock);
static struct lm_tick lm_ticks[LM_TICKS];
static unsigned int lm_ticks_next;
static unsigned int lm_ticks_known;

void lm_history_add(const struct lm_tick *tick)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lm_history_lock, flags);
	lm_ticks[lm_ticks_next] = *tick;
	lm_ticks_next = (lm_ticks_next + 1) % LM_TICKS;
	if (lm_ticks_known < LM_TICKS)
		lm_ticks_known++;
	raw_spin_unlock_irqrestore(&lm_history_lock, flags);
}

bool lm_history_get(unsigned int back, struct lm_tick *tick)
{
	unsigned long flags;
	bool known;

	raw_spin_lock_irqsave(&lm_history_lock, flags);
	known = back < lm_ticks_known;
	if (known)
		*tick = lm_ticks[(lm_ticks_next + LM_TICKS - 1 - back) % LM_TICKS];
	raw_spin_unlock_irqrestore(&lm_history_lock, flags);
	return known;
}
