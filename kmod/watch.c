// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "capture.h"
#include "load.h"
#include "settings.h"
#include "watch.h"

/*
 * A load that stays for hours shows the same stacks again and again. The time between two dumps of
 * it doubles up to this, so that the ring holds hours of it and not the last ten minutes.
 */
#define LM_REPEAT_MAX_NS (600 * NSEC_PER_SEC)

/* The longest cooldown there can be, doubled this often, still fits 64 bits of nanoseconds. */
#define LM_DOUBLINGS_MAX 16

/* One way to ask for a dump by itself. */
struct lm_watch {
	enum lm_kind kind;
	/* How often the threshold had been set at the last look: another number begins anew. */
	unsigned int set;
	/* Above the threshold since a dump was taken for it. */
	bool above;
	/* Crossed, but another dump was too close: no crossing any more when its cause has gone. */
	bool late;
	/* Dumps taken since the crossing, while the load stayed. */
	unsigned int repeats;
};

static struct lm_watch lm_watch_active = { .kind = LM_ACTIVE };
static struct lm_watch lm_watch_threshold = { .kind = LM_THRESHOLD };

/* The last dump that any of them asked for. */
static u64 lm_watch_asked_ns;
static bool lm_watch_any_asked;

static void lm_watch_reset(struct lm_watch *watch)
{
	watch->above = false;
	watch->late = false;
	watch->repeats = 0;
}

/* The least time from the last dump to the next: the cooldown, doubled for each repeat. */
static u64 lm_watch_wait(const struct lm_watch *watch)
{
	u64 cooldown = (u64)READ_ONCE(lm_settings.cooldown_ms) * NSEC_PER_MSEC;
	u64 wait = cooldown << min_t(unsigned int, watch->repeats, LM_DOUBLINGS_MAX);

	return max_t(u64, cooldown, min_t(u64, wait, LM_REPEAT_MAX_NS));
}

static bool lm_watch_cooled(const struct lm_watch *watch, u64 now)
{
	return !lm_watch_any_asked || now - lm_watch_asked_ns >= lm_watch_wait(watch);
}

/* It stands for all whose load stays: each waits twice as long for the next one. */
static void lm_watch_repeated(void)
{
	if (lm_watch_active.above)
		lm_watch_active.repeats++;
	if (lm_watch_threshold.above)
		lm_watch_threshold.repeats++;
}

/*
 * A crossing always takes a dump. A load that stays takes another one after each wait, but only
 * while its cause is @present: a dump of a decaying average shows an empty scene.
 */
static void lm_watch_look(struct lm_watch *watch, u64 now, unsigned long value,
			  unsigned long threshold, unsigned int set, bool present,
			  const char *reason)
{
	bool crossing;

	if (watch->set != set)
		lm_watch_reset(watch);
	watch->set = set;
	if (!threshold)
		return;
	if (value < threshold) {
		watch->late = false;
		/* A tenth of hysteresis, so that a load around the threshold is one crossing. */
		if (value < threshold - threshold / 10)
			lm_watch_reset(watch);
		return;
	}
	crossing = !watch->above;
	if (!present && (!crossing || watch->late))
		return;
	if (!lm_watch_cooled(watch, now) || !lm_capture_ask(watch->kind, reason, crossing)) {
		watch->late = crossing;
		return;
	}
	watch->above = true;
	watch->late = false;
	if (!crossing)
		lm_watch_repeated();
	lm_watch_any_asked = true;
	lm_watch_asked_ns = now;
}

void lm_watch_tick(u64 now, unsigned int active, unsigned long average)
{
	unsigned long load = lm_load_hundredths(average);
	/* How often first: what was set since then begins anew once more, at the next tick. */
	unsigned int active_set = READ_ONCE(lm_settings.active_threshold_set);
	unsigned int threshold_set = READ_ONCE(lm_settings.threshold_set);
	unsigned int active_threshold = READ_ONCE(lm_settings.active_threshold);
	unsigned long threshold = READ_ONCE(lm_settings.threshold);
	char reason[LM_REASON_MAX + 1];

	scnprintf(reason, sizeof(reason), "active %u >= %u", active, active_threshold);
	lm_watch_look(&lm_watch_active, now, active, active_threshold, active_set, true, reason);
	scnprintf(reason, sizeof(reason), "load %lu.%02lu >= %lu.%02lu", load / 100, load % 100,
		  threshold / 100, threshold % 100);
	lm_watch_look(&lm_watch_threshold, now, load, threshold, threshold_set,
		      lm_load_present(active, average), reason);
}
