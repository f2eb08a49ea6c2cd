// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched/loadavg.h>

#include "capture.h"
#include "compat.h"
#include "history.h"
#include "load.h"
#include "sampler.h"

/* The load that the project's users call high; the same as the alert's. */
#define LM_THRESHOLD_HUNDREDTHS 400

/* Four load ticks: the stacks of a lasting load change slower than that. */
#define LM_COOLDOWN_MS 20000

/* Half a reaction time of 20 ms. */
#define LM_INTERVAL_MS 10

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
 * until it is over.
 */
static struct hrtimer lm_sampler_timer;

/* The timer's own. */
static unsigned long lm_sampler_last;
/* The counter at the next update, about when that is, and the last look that was before it. */
static unsigned long lm_sampler_due;
static u64 lm_sampler_due_ns;
static u64 lm_sampler_early_ns;
/* The counter was there at the look before. */
static bool lm_sampler_was_due;
static u64 lm_sampler_asked_ns;
static bool lm_sampler_any_asked;

/* One way to ask for a dump by itself. */
struct lm_watch {
	enum lm_kind kind;
	/* Above the threshold since a dump was taken for it. */
	bool above;
	/* The threshold changed: begin anew. */
	atomic_t changed;
};

static struct lm_watch lm_watch_threshold = { .kind = LM_THRESHOLD };
static struct lm_watch lm_watch_active = { .kind = LM_ACTIVE };

static unsigned long lm_threshold = LM_THRESHOLD_HUNDREDTHS;
static unsigned int lm_active_threshold;
static unsigned int lm_cooldown_ms = LM_COOLDOWN_MS;
static unsigned int lm_interval_ms = LM_INTERVAL_MS;

static bool lm_sampler_cooled(u64 now)
{
	u64 cooldown = (u64)READ_ONCE(lm_cooldown_ms) * NSEC_PER_MSEC;

	return !lm_sampler_any_asked || now - lm_sampler_asked_ns >= cooldown;
}

/*
 * A crossing always takes a dump. A load that stays takes another after each cooldown, but only
 * while its cause is there: a dump of a decaying average shows an empty scene.
 */
static void lm_watch_look(struct lm_watch *watch, u64 now, unsigned long value,
			  unsigned long threshold, bool present, const char *reason)
{
	if (atomic_xchg(&watch->changed, 0))
		watch->above = false;
	if (!threshold)
		return;
	if (value < threshold) {
		/* A tenth of hysteresis, so that a load around the threshold is one crossing. */
		if (value < threshold - threshold / 10)
			watch->above = false;
		return;
	}
	if (watch->above && !present)
		return;
	if (!lm_sampler_cooled(now) || !lm_capture_ask(watch->kind, reason))
		return;
	watch->above = true;
	lm_sampler_any_asked = true;
	lm_sampler_asked_ns = now;
}

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

static void lm_sampler_watch(u64 now, unsigned int active, unsigned long average)
{
	unsigned long load = lm_load_hundredths(average);
	unsigned long threshold = READ_ONCE(lm_threshold);
	unsigned int active_threshold = READ_ONCE(lm_active_threshold);
	char reason[LM_REASON_MAX + 1];

	scnprintf(reason, sizeof(reason), "active %u >= %u", active, active_threshold);
	lm_watch_look(&lm_watch_active, now, active, active_threshold, true, reason);
	scnprintf(reason, sizeof(reason), "load %lu.%02lu >= %lu.%02lu", load / 100, load % 100,
		  threshold / 100, threshold % 100);
	lm_watch_look(&lm_watch_threshold, now, load, threshold, lm_load_present(active, average),
		      reason);
}

/* The time from @counter to the first update after it, and the counter then. */
static u64 lm_sampler_ahead(unsigned long counter)
{
	unsigned long first = (unsigned long)INITIAL_JIFFIES + LM_TICK_DELAY;
	unsigned long ahead = LOAD_FREQ - (counter - first) % LOAD_FREQ;

	lm_sampler_due = counter + ahead;
	return (u64)ahead * TICK_NSEC;
}

/*
 * When the next update is due. By the counter: never early, but as late as the counter is now. By
 * the update before: as good as that was, and after the last look that found nothing. Both can only
 * be late, so the earlier one is right.
 */
static void lm_sampler_expect(u64 now, unsigned long counter, unsigned int updates)
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

static u64 lm_sampler_sample(u64 now)
{
	unsigned long average, last = lm_sampler_last;
	unsigned long counter = READ_ONCE(jiffies);
	unsigned int active, updates;
	bool due;

	/* The counter first: what follows from it is then there, or about to be. */
	smp_rmb();
	average = lm_load_now();
	/* Between the two, then: nothing else moves the averages. */
	if (average != last && time_before(counter, lm_sampler_due)) {
		/* The average before the counter, this time: by now it is there. */
		smp_rmb();
		counter = READ_ONCE(jiffies);
		if (time_before(counter, lm_sampler_due))
			counter = lm_sampler_due;
	}
	due = !time_before(counter, lm_sampler_due);
	if (average == last &&
	    !(lm_sampler_was_due && counter - lm_sampler_due >= LM_GRACE_JIFFIES)) {
		lm_sampler_was_due = due;
		if (!due)
			lm_sampler_early_ns = now;
		return now + (u64)READ_ONCE(lm_interval_ms) * NSEC_PER_MSEC;
	}
	updates = min_t(unsigned long, 1 + (counter - lm_sampler_due) / LOAD_FREQ, LM_TICKS);
	active = lm_sampler_record(last, average, updates);
	lm_sampler_watch(now, active, average);
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
	lm_sampler_due_ns = ktime_get_ns() + lm_sampler_ahead(READ_ONCE(jiffies));
	lm_hrtimer_setup(&lm_sampler_timer, lm_sampler_expired);
	hrtimer_start(&lm_sampler_timer, ns_to_ktime(lm_sampler_when()), HRTIMER_MODE_ABS_HARD);
	return 0;
}

void lm_sampler_exit(void)
{
	hrtimer_cancel(&lm_sampler_timer);
}

unsigned long lm_sampler_threshold(void)
{
	return READ_ONCE(lm_threshold);
}

void lm_sampler_set_threshold(unsigned long hundredths)
{
	WRITE_ONCE(lm_threshold, hundredths);
	atomic_set(&lm_watch_threshold.changed, 1);
}

unsigned int lm_sampler_active_threshold(void)
{
	return READ_ONCE(lm_active_threshold);
}

void lm_sampler_set_active_threshold(unsigned int tasks)
{
	WRITE_ONCE(lm_active_threshold, tasks);
	atomic_set(&lm_watch_active.changed, 1);
}

unsigned int lm_sampler_cooldown_ms(void)
{
	return READ_ONCE(lm_cooldown_ms);
}

void lm_sampler_set_cooldown_ms(unsigned int milliseconds)
{
	WRITE_ONCE(lm_cooldown_ms, milliseconds);
}

unsigned int lm_sampler_interval_ms(void)
{
	return READ_ONCE(lm_interval_ms);
}

void lm_sampler_set_interval_ms(unsigned int milliseconds)
{
	WRITE_ONCE(lm_interval_ms, milliseconds);
}
