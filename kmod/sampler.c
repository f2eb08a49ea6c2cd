// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
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

/* How long after the expected moment a tick without a change counts as seen. */
#define LM_GRACE_INTERVALS 4
#define LM_GRACE_JIFFIES 3

/*
 * The averages change once in five seconds, so the timer sleeps until shortly before the next
 * change and only then looks every interval_ms. Ticks are multiples of LOAD_FREQ from boot on;
 * a change that is seen corrects the estimate. A steady load changes nothing: then the tick
 * counts as seen when its time has passed.
 */
static struct hrtimer lm_sampler_timer;

/* The timer's own. */
static unsigned long lm_sampler_last;
static u64 lm_sampler_next_ns;
static u64 lm_sampler_lead_ns;
static bool lm_sampler_looked;
static u64 lm_sampler_looked_ns;
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

static void lm_sampler_tick(u64 now, unsigned long before, unsigned long after)
{
	unsigned int active = lm_load_active(before, after);
	struct lm_tick tick = { .time_ns = now, .active = active, .average = after };
	unsigned long load = lm_load_hundredths(after);
	unsigned long threshold = READ_ONCE(lm_threshold);
	unsigned int active_threshold = READ_ONCE(lm_active_threshold);
	char reason[LM_REASON_MAX + 1];

	lm_history_add(&tick);
	scnprintf(reason, sizeof(reason), "active %u >= %u", active, active_threshold);
	lm_watch_look(&lm_watch_active, now, active, active_threshold, true, reason);
	scnprintf(reason, sizeof(reason), "load %lu.%02lu >= %lu.%02lu", load / 100, load % 100,
		  threshold / 100, threshold % 100);
	lm_watch_look(&lm_watch_threshold, now, load, threshold, lm_load_present(active, after),
		      reason);
}

/* Where to look next after a tick at @tick_ns. */
static u64 lm_sampler_window(u64 tick_ns)
{
	lm_sampler_next_ns = tick_ns + lm_load_period_ns();
	lm_sampler_looked = false;
	return lm_sampler_next_ns - lm_sampler_lead_ns;
}

/* The same after a long time with the CPU stopped: ticks were missed, but their phase is known. */
static u64 lm_sampler_after(u64 now, u64 tick_ns)
{
	u64 period = lm_load_period_ns();

	if (now > tick_ns)
		tick_ns += div64_u64(now - tick_ns, period) * period;
	return lm_sampler_window(tick_ns);
}

static u64 lm_sampler_sample(u64 now)
{
	u64 interval = (u64)READ_ONCE(lm_interval_ms) * NSEC_PER_MSEC;
	u64 grace = max_t(u64, LM_GRACE_INTERVALS * interval, LM_GRACE_JIFFIES * TICK_NSEC);
	unsigned long average = lm_load_now();
	unsigned long last = lm_sampler_last;

	if (average != last) {
		/*
		 * Changed since the look before. An estimate in between is as good as it was: the
		 * look may be late, and following it would make the next one late, too. Changed
		 * before the first look: nobody knows how long before. Look twice as early next
		 * time, until the change is seen to happen.
		 */
		if (lm_sampler_looked) {
			lm_sampler_lead_ns = interval;
			lm_sampler_next_ns = clamp(lm_sampler_next_ns, lm_sampler_looked_ns, now);
		} else {
			lm_sampler_lead_ns = min(lm_sampler_lead_ns * 2, lm_load_period_ns() / 2);
			lm_sampler_next_ns = min(lm_sampler_next_ns, now);
		}
		lm_sampler_last = average;
		lm_sampler_tick(now, last, average);
		return lm_sampler_after(now, lm_sampler_next_ns);
	}
	if (now >= lm_sampler_next_ns + grace) {
		lm_sampler_lead_ns = interval;
		lm_sampler_tick(lm_sampler_next_ns, last, average);
		return lm_sampler_after(now, lm_sampler_next_ns);
	}
	lm_sampler_looked = true;
	lm_sampler_looked_ns = now;
	return now + interval;
}

static enum hrtimer_restart lm_sampler_expired(struct hrtimer *timer)
{
	u64 next = lm_sampler_sample(ktime_get_ns());

	hrtimer_set_expires(timer, ns_to_ktime(next));
	return HRTIMER_RESTART;
}

int lm_sampler_init(void)
{
	unsigned long since, ahead;

	lm_sampler_last = lm_load_now();
	lm_sampler_lead_ns = (u64)lm_interval_ms * NSEC_PER_MSEC;
	since = (jiffies - (unsigned long)INITIAL_JIFFIES - LM_TICK_DELAY) % LOAD_FREQ;
	ahead = LOAD_FREQ - since;
	lm_sampler_next_ns = ktime_get_ns() + (u64)ahead * TICK_NSEC;
	lm_hrtimer_setup(&lm_sampler_timer, lm_sampler_expired);
	hrtimer_start(&lm_sampler_timer, ns_to_ktime(lm_sampler_next_ns - lm_sampler_lead_ns),
		      HRTIMER_MODE_ABS_HARD);
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
