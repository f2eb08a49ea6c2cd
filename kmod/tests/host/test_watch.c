// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "capture.h"
#include "load.h"
#include "settings.h"
#include "watch.h"

/* About the kernel's 5 s. */
#define TICK_NS (5 * NSEC_PER_SEC)

static u64 now_ns = 1000 * NSEC_PER_SEC;

/* What was asked for at the last tick, and by whom. */
static unsigned int asked;
static enum lm_kind asked_kind;
static bool asked_crossing;
static char asked_reason[LM_REASON_MAX + 1];
/* Asked for in vain. */
static unsigned int refused;
static bool busy;

bool lm_capture_ask(enum lm_kind kind, const char *reason, bool crossing)
{
	EXPECT(strlen(reason) <= LM_REASON_MAX, "a reason that fits");
	if (busy) {
		refused++;
		return false;
	}
	asked++;
	asked_kind = kind;
	asked_crossing = crossing;
	strscpy(asked_reason, reason, sizeof(asked_reason));
	/* One dump at a time: who asks in the same tick finds it busy. */
	busy = true;
	return true;
}

u64 ktime_get_ns(void)
{
	return now_ns;
}

u64 get_jiffies_64(void)
{
	return 0;
}

/* In fixed point, rounded up, so that it reads as the same hundredths. */
static unsigned long fixed(unsigned int hundredths)
{
	return (hundredths * 2048UL + 99) / 100;
}

/* One tick; returns whether it asked for a dump. */
static bool tick(unsigned int active, unsigned int hundredths)
{
	asked = 0;
	busy = false;
	now_ns += TICK_NS;
	lm_watch_tick(now_ns, active, fixed(hundredths));
	EXPECT(asked <= 1, "no more than one at a time");
	return asked;
}

static bool busy_tick(unsigned int active, unsigned int hundredths)
{
	asked = 0;
	busy = true;
	refused = 0;
	now_ns += TICK_NS;
	lm_watch_tick(now_ns, active, fixed(hundredths));
	return refused;
}

static void set_threshold(unsigned long hundredths)
{
	lm_settings.threshold = hundredths;
	lm_settings.threshold_set++;
}

static void set_active_threshold(unsigned int active)
{
	lm_settings.active_threshold = active;
	lm_settings.active_threshold_set++;
}

/* Ticks until the next dump, of a load that stays; at most @most. */
static unsigned int ticks_to_dump(unsigned int active, unsigned int hundredths, unsigned int most)
{
	unsigned int ticks;

	for (ticks = 1; ticks <= most; ticks++)
		if (tick(active, hundredths))
			return ticks;
	return 0;
}

static void a_crossing_takes_one_dump(void)
{
	set_threshold(400);
	EXPECT(!tick(3, 399), "below");
	EXPECT(tick(9, 400), "crossed");
	EXPECT_SAME(asked_kind, LM_THRESHOLD);
	EXPECT(asked_crossing, "as a crossing");
	EXPECT_TEXT(asked_reason, "load 4.00 >= 4.00");
	EXPECT(!tick(9, 450), "once");
	EXPECT(!tick(9, 480), "once");
	EXPECT(!tick(9, 500), "once");
	EXPECT(tick(9, 510), "a cooldown of four ticks later");
	EXPECT(!asked_crossing, "as a repeat");
}

static void a_threshold_of_zero_is_off(void)
{
	set_threshold(0);
	EXPECT(!tick(1000, 100000), "off");
	EXPECT(!tick(0, 0), "off");
}

static void compares_what_people_see(void)
{
	set_threshold(400);
	now_ns += TICK_NS;
	lm_watch_tick(now_ns, 5, 4 * 2048 - 11);
	EXPECT_SAME(asked, 0);
	/* Still below 4, but /proc/loadavg says 4.00. */
	lm_watch_tick(now_ns, 5, 4 * 2048 - 10);
	EXPECT_SAME(asked, 1);
}

static void a_load_around_the_threshold_is_one_crossing(void)
{
	unsigned int i;

	lm_settings.cooldown_ms = 0;
	set_threshold(400);
	EXPECT(tick(5, 400), "crossed");
	for (i = 0; i < 10; i++) {
		EXPECT(!tick(4, 360), "a tenth below is not below");
		tick(4, 401);
		EXPECT(!asked || !asked_crossing, "the same crossing");
	}
	EXPECT(!tick(4, 359), "below");
	EXPECT(tick(4, 401), "crossed again");
	EXPECT(asked_crossing, "as a crossing");
}

static void repeats_back_off_to_ten_minutes(void)
{
	/* 20 s, 40 s and so on, in ticks of 5 s; then 600 s. */
	static const unsigned int ticks[] = { 4, 8, 16, 32, 64, 120, 120, 120 };
	unsigned int i;

	lm_settings.cooldown_ms = 20000;
	set_threshold(400);
	EXPECT(tick(9, 500), "crossed");
	for (i = 0; i < ARRAY_SIZE(ticks); i++) {
		host_try("repeat %u", i);
		EXPECT_SAME(ticks_to_dump(9, 500, 1000), ticks[i]);
		EXPECT(!asked_crossing, "as a repeat");
	}
	/* Falls: the next crossing waits for the cooldown alone. */
	EXPECT(!tick(0, 300), "fallen");
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 3);
	EXPECT(asked_crossing, "as a crossing");
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 4);
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 8);
	/* Written, the same number, too: it begins anew. */
	set_threshold(400);
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 4);
	EXPECT(asked_crossing, "as a crossing");
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 4);
}

static void a_cooldown_above_ten_minutes_is_kept(void)
{
	lm_settings.cooldown_ms = 3600 * 1000;
	set_threshold(400);
	EXPECT(tick(9, 500), "crossed");
	EXPECT_SAME(ticks_to_dump(9, 500, 2000), 720);
	EXPECT_SAME(ticks_to_dump(9, 500, 2000), 720);
}

/* More repeats than bits, at the longest cooldown that a word can hold. */
static void backs_off_for_ever_without_overflow(void)
{
	unsigned int i;

	lm_settings.cooldown_ms = 1000;
	set_threshold(400);
	EXPECT(tick(9, 500), "crossed");
	for (i = 0; i < 100; i++) {
		asked = 0;
		busy = false;
		now_ns += 600 * NSEC_PER_SEC - 1;
		lm_watch_tick(now_ns, 9, fixed(500));
		EXPECT(i > 9 ? !asked : asked, "repeat %u waits for ten minutes", i);
		busy = false;
		if (!asked)
			lm_watch_tick(++now_ns, 9, fixed(500));
		EXPECT_SAME(asked, 1);
	}
	lm_settings.cooldown_ms = U32_MAX;
	busy = false;
	asked = 0;
	now_ns += (u64)U32_MAX * NSEC_PER_MSEC - 1;
	lm_watch_tick(now_ns, 9, fixed(500));
	EXPECT_SAME(asked, 0);
	lm_watch_tick(++now_ns, 9, fixed(500));
	EXPECT_SAME(asked, 1);
}

static void without_cooldown_every_tick_takes_a_dump(void)
{
	unsigned int i;

	lm_settings.cooldown_ms = 0;
	set_threshold(400);
	for (i = 0; i < 100; i++) {
		EXPECT(tick(9, 500), "the %u-th time", i);
		EXPECT_SAME(asked_crossing, i == 0);
	}
	EXPECT(!tick(0, 500), "not of an echo");
	EXPECT(tick(9, 500), "but when it is back");
}

static void an_echo_takes_no_dump(void)
{
	unsigned int hundredths;

	lm_settings.cooldown_ms = 0;
	set_threshold(400);
	/* The burst was over before the tick: the crossing's dump is due all the same. */
	EXPECT(tick(0, 2000), "crossed");
	EXPECT(asked_crossing, "as a crossing");
	for (hundredths = 1840; hundredths >= 400; hundredths = hundredths * 92 / 100)
		EXPECT(!tick(0, hundredths), "an echo at %u", hundredths);
	EXPECT(!tick(0, 390), "within the hysteresis");
	EXPECT(tick(3, 400), "three of four are no echo");
	EXPECT(!asked_crossing, "as a repeat");
	EXPECT(!tick(2, 400), "two of four are");
}

/* Another dump was too close; when there is room for it, it is a dump of what is there then. */
static void a_late_crossing_waits_for_its_cause(void)
{
	lm_settings.cooldown_ms = 20000;
	set_threshold(400);
	EXPECT(tick(9, 500), "crossed");
	EXPECT(!tick(0, 300), "fallen");
	EXPECT(!tick(9, 500), "crossed too early");
	EXPECT(!tick(0, 480), "an echo");
	EXPECT(!tick(0, 460), "an echo, though the cooldown is over");
	EXPECT(!tick(0, 420), "an echo");
	EXPECT(tick(9, 470), "the cause is back");
	EXPECT(asked_crossing, "it is the crossing's dump");

	/* The same with a fall into the hysteresis in between: a new crossing, and no late one. */
	EXPECT(!tick(0, 300), "fallen");
	EXPECT(!tick(9, 500), "crossed too early");
	EXPECT(!tick(0, 390), "fallen");
	EXPECT(!tick(0, 380), "fallen");
	EXPECT(tick(0, 400), "crossed, with nobody there any more");
	EXPECT(asked_crossing, "as a crossing");
}

static void a_refused_dump_is_asked_for_again(void)
{
	set_threshold(400);
	lm_settings.cooldown_ms = 20000;
	EXPECT(busy_tick(9, 500), "crossed, and somebody else's dump is being taken");
	EXPECT(busy_tick(9, 500), "asked again");
	EXPECT(!busy_tick(0, 500), "not of an echo");
	EXPECT(tick(9, 500), "asked again");
	EXPECT(asked_crossing, "it is the crossing's");
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 4);
	/* A repeat that is refused does not count as one. */
	EXPECT_SAME(ticks_to_dump(9, 500, 7), 0);
	EXPECT(busy_tick(9, 500), "the repeat is due");
	EXPECT(tick(9, 500), "a tick later");
	EXPECT_SAME(ticks_to_dump(9, 500, 100), 16);
}

static void watches_the_active_tasks_of_a_tick(void)
{
	unsigned int i;

	lm_settings.cooldown_ms = 20000;
	set_threshold(0);
	set_active_threshold(50);
	EXPECT(!tick(49, 100), "below");
	EXPECT(tick(50, 100), "crossed");
	EXPECT_SAME(asked_kind, LM_ACTIVE);
	EXPECT_TEXT(asked_reason, "active 50 >= 50");
	for (i = 0; i < 3; i++)
		EXPECT(!tick(60, 900), "within the cooldown");
	EXPECT(tick(60, 900), "a repeat");
	EXPECT(!asked_crossing, "no crossing");
	EXPECT(!tick(45, 900), "a tenth below");
	EXPECT(!tick(44, 900), "fallen");
	EXPECT(!tick(60, 900), "crossed, too early");
	EXPECT(tick(60, 900), "crossed, now");
	EXPECT(asked_crossing, "as a crossing");
	/* Many in a moment, and the average low: who is there is there. */
	set_active_threshold(1);
	EXPECT_SAME(ticks_to_dump(1, 0, 100), 4);
}

static void both_watches_share_the_time_between_dumps(void)
{
	lm_settings.cooldown_ms = 20000;
	set_threshold(400);
	set_active_threshold(20);
	EXPECT(tick(30, 300), "many tasks");
	EXPECT_SAME(asked_kind, LM_ACTIVE);
	/* The average gets there a tick later: too close, but it is not forgotten. */
	EXPECT(!tick(30, 420), "crossed, too early");
	EXPECT(!tick(30, 500), "too early");
	EXPECT(!tick(30, 600), "too early");
	EXPECT(tick(30, 700), "after the cooldown");
	EXPECT_SAME(asked_kind, LM_ACTIVE);
	EXPECT(!asked_crossing, "the other one's repeat came first");
	EXPECT_SAME(ticks_to_dump(30, 800, 100), 4);
	EXPECT_SAME(asked_kind, LM_THRESHOLD);
	EXPECT(asked_crossing, "the crossing of the average");
	/* A cooldown after its crossing it is the average's turn, and from then on for both. */
	EXPECT_SAME(ticks_to_dump(30, 800, 100), 4);
	EXPECT_SAME(asked_kind, LM_THRESHOLD);
	EXPECT(!asked_crossing, "a repeat");
	EXPECT_SAME(ticks_to_dump(30, 800, 100), 8);
	EXPECT_SAME(ticks_to_dump(30, 800, 100), 16);
	EXPECT_SAME(ticks_to_dump(30, 800, 100), 32);
}

/* What one of them repeats stands for the other's load as well. */
static void both_together_repeat_no_more_often_than_one(void)
{
	unsigned int alone = 0, together = 0, i;

	lm_settings.cooldown_ms = 20000;
	set_threshold(400);
	for (i = 0; i < 1000; i++)
		alone += tick(30, 800);
	set_threshold(400);
	set_active_threshold(5);
	for (i = 0; i < 1000; i++)
		together += tick(30, 800);
	/* The other's crossing, and the repeat before it. */
	EXPECT(together <= alone + 2, "%u alone, came %u together", alone, together);
}

/*
 * Any load for hours, any writes: no two dumps closer than the cooldown, none below the threshold,
 * no repeat of an echo, crossings in ones.
 */
static void keeps_its_promises_in_any_load(void)
{
	unsigned int round, i, active = 0, hundredths, average, below;
	u64 last_ns = 0, cooldown_ns;
	unsigned long load = 0;
	bool crossed = false;

	for (round = 0; round < 100; round++) {
		lm_settings.cooldown_ms = host_chance(3) ? 0 : host_below(100000);
		set_threshold(100 + host_below(2000));
		crossed = false;
		cooldown_ns = (u64)lm_settings.cooldown_ms * NSEC_PER_MSEC;
		for (i = 0; i < 500; i++) {
			if (host_chance(30))
				active = host_chance(2) ? 0 : host_below(60);
			load = lm_load_after(load, active);
			average = lm_load_hundredths(load);
			hundredths = lm_settings.threshold;
			asked = 0;
			busy = host_chance(5);
			now_ns += TICK_NS;
			host_try("round %u, the %u-th: %u active, average %u, threshold %u", round,
				 i, active, average, hundredths);
			below = hundredths - hundredths / 10;
			if (average < below)
				crossed = false;
			lm_watch_tick(now_ns, active, load);
			if (!asked)
				continue;
			EXPECT(average >= hundredths, "above the threshold");
			EXPECT(!last_ns || now_ns - last_ns >= cooldown_ns, "not too close");
			EXPECT_SAME(asked_crossing, !crossed);
			EXPECT(asked_crossing || active * 400 >= average * 3 - 2,
			       "no repeat of an echo");
			crossed = true;
			last_ns = now_ns;
		}
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(a_crossing_takes_one_dump),
	HOST_TEST(a_threshold_of_zero_is_off),
	HOST_TEST(compares_what_people_see),
	HOST_TEST(a_load_around_the_threshold_is_one_crossing),
	HOST_TEST(repeats_back_off_to_ten_minutes),
	HOST_TEST(a_cooldown_above_ten_minutes_is_kept),
	HOST_TEST(backs_off_for_ever_without_overflow),
	HOST_TEST(without_cooldown_every_tick_takes_a_dump),
	HOST_TEST(an_echo_takes_no_dump),
	HOST_TEST(a_late_crossing_waits_for_its_cause),
	HOST_TEST(a_refused_dump_is_asked_for_again),
	HOST_TEST(watches_the_active_tasks_of_a_tick),
	HOST_TEST(both_watches_share_the_time_between_dumps),
	HOST_TEST(both_together_repeat_no_more_often_than_one),
	HOST_TEST(keeps_its_promises_in_any_load),
	{ }
};
