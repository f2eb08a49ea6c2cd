// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched/loadavg.h>

#include "compat.h"
#include "history.h"
#include "load.h"
#include "sampler.h"
#include "settings.h"
#include "watch.h"

/* kernel/sched/loadavg.c updates the averages this many jiffies after the tick proper. */
#define LM_TICK_DELAY 10

/*
 * The averages follow the jiffies counter right after it was moved on; a look in this very moment
 * still finds the old ones. This many jiffies later it is a load that stayed the same.
 */
#define LM_GRACE_JIFFIES 3

/*
 * The averages change once in LOAD_FREQ jiffies, counted from boot on, and only when the counter
 * itself gets there. So it is the counter that says which update is the next and whether it is
 * over: a CPU that was stopped, be it the timer's or the one that moves the counter, delays a look
 * and confuses nothing. The timer sleeps until the update is due and looks again every interval_ms
 * until it is over. The counter has 64 bits: one of 32 bits loses the phase when it wraps, after
 * 49.7 days at 1000 HZ.
 */
static struct hrtimer lm_sampler_timer;

/* The timer's own. */
static unsigned long lm_sampler_last;
/* The counter at the next update, about when that is, and the last look that was before it. */
static u64 lm_sampler_due;
static u64 lm_sampler_due_ns;
static u64 lm_sampler_early_ns;
/* The counter was there at the look before. */
static bool lm_sampler_was_due;

/*
 * The averages went from @before to @after in @updates updates. More than one is one too late a
 * look; what lay between is lost, but the ticks are as many as there were: each gets the number of
 * active tasks that, had it stayed the same, would have led here. Returns that number.
 */
static unsigned int lm_sampler_record(unsigned long before, unsigned long after,
				      unsigned int updates)
{
	unsigned int active = lm_load_active(before, after, updates);
	struct lm_tick tick = { .active = active, .average = before };
	unsigned int update;

	for (update = 1; update <= updates; update++) {
		tick.time_ns = lm_sampler_due_ns + (update - 1) * lm_load_period_ns();
		tick.average = update < updates ? lm_load_after(tick.average, active) : after;
		lm_history_add(&tick);
	}
	return active;
}

/* The time from @counter to the first update after it, and the counter then. */
static u64 lm_sampler_ahead(u64 counter)
{
	u64 since_first = counter - ((u64)INITIAL_JIFFIES + LM_TICK_DELAY);
	u32 since_update;

	div_u64_rem(since_first, LOAD_FREQ, &since_update);
	lm_sampler_due = counter + LOAD_FREQ - since_update;
	return (u64)(LOAD_FREQ - since_update) * TICK_NSEC;
}

/*
 * When the next update is due. By the counter: never early, but as late as the counter is now. By
 * the update before: as good as that was, and after the last look that found nothing. Both can only
 * be late, so the earlier one is right.
 */
static void lm_sampler_expect(u64 now, u64 counter, unsigned int updates)
{
	u64 by_counter = now + lm_sampler_ahead(counter);
	u64 by_update = max(lm_sampler_due_ns, lm_sampler_early_ns) +
			updates * lm_load_period_ns();

	lm_sampler_due_ns = min(by_counter, by_update);
	lm_sampler_was_due = false;
}

/* When to look: half a jiffy later it is there, unless a CPU is late. */
static u64 lm_sampler_when(void)
{
	return lm_sampler_due_ns + TICK_NSEC / 2;
}

/*
 * A look that is late by a period or more tells the number of updates by the counter alone. In the
 * moment of yet another one the counter may be there before the averages, or the averages before
 * the counter that was read: how many of them the averages hold is then anybody's guess.
 */
static bool lm_sampler_unsure(u64 counter)
{
	u32 since;

	if (counter < lm_sampler_due + LOAD_FREQ)
		return false;
	div_u64_rem(counter - lm_sampler_due, LOAD_FREQ, &since);
	return since < LM_GRACE_JIFFIES;
}

static u64 lm_sampler_sample(u64 now)
{
	unsigned long average, last = lm_sampler_last;
	u64 counter = get_jiffies_64();
	unsigned int active, updates;
	bool due;

	/* The counter first: what follows from it is then there, or about to be. */
	smp_rmb();
	average = lm_load_now();
	/* Between the two, then: nothing else moves the averages. */
	if (average != last && counter < lm_sampler_due) {
		/* The average before the counter, this time: by now it is there. */
		smp_rmb();
		counter = max_t(u64, get_jiffies_64(), lm_sampler_due);
	}
	/* By the counter after both: one that was read before an update tells nothing of it. */
	smp_rmb();
	due = counter >= lm_sampler_due;
	if ((average == last &&
	     !(lm_sampler_was_due && counter - lm_sampler_due >= LM_GRACE_JIFFIES)) ||
	    lm_sampler_unsure(get_jiffies_64())) {
		lm_sampler_was_due = due;
		if (!due)
			lm_sampler_early_ns = now;
		return now + (u64)READ_ONCE(lm_settings.interval_ms) * NSEC_PER_MSEC;
	}
	updates = min_t(u64, 1 + div_u64(counter - lm_sampler_due, LOAD_FREQ), LM_TICKS);
	active = lm_sampler_record(last, average, updates);
	lm_watch_tick(now, active, average);
	lm_sampler_last = average;
	lm_sampler_expect(now, counter, updates);
	return lm_sampler_when();
}

static enum hrtimer_restart lm_sampler_expired(struct hrtimer *timer)
{
	u64 next = lm_sampler_sample(ktime_get_ns());

	hrtimer_set_expires(timer, ns_to_ktime(next));
	return HRTIMER_RESTART;
}

int lm_sampler_init(void)
{
	lm_sampler_last = lm_load_now();
	lm_sampler_due_ns = ktime_get_ns() + lm_sampler_ahead(get_jiffies_64());
	lm_hrtimer_setup(&lm_sampler_timer, lm_sampler_expired);
	hrtimer_start(&lm_sampler_timer, ns_to_ktime(lm_sampler_when()), HRTIMER_MODE_ABS_HARD);
	return 0;
}

void lm_sampler_exit(void)
{
	hrtimer_cancel(&lm_sampler_timer);
}
