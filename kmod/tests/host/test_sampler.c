// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "capture.h"
#include "history.h"
#include "load.h"
#include "sampler.h"
#include "settings.h"

/*
 * A machine of two CPUs: the keeper moves the jiffies counter and the averages as the kernel does
 * (kernel/sched/loadavg.c, calc_global_load() and calc_global_nohz()), the other one runs the
 * sampler's timer. Each may be stopped for a while. The counter that says when the next update is
 * due has 32 bits here, as an unsigned long has on small machines.
 */

#define PERIOD_NS ((u64)LOAD_FREQ * TICK_NSEC)
#define UPDATES_MAX 20000

struct update {
	/* When it was due by the clock, whenever it came. */
	u64 due_ns;
	unsigned int active;
	unsigned long average;
	/* When the first look ended that could see it; the number of the one that recorded it. */
	u64 seen_ns;
	unsigned int look;
	/* After a stopped keeper. */
	bool late;
};

static struct update updates[UPDATES_MAX];
static unsigned int updates_count;
/* So many of them are in history: all, were they seen from here on. */
static unsigned int updates_recorded;
/* Those that there were before. */
static u64 updates_skipped;

static u64 boot_ns;
static u64 now_ns;
static u64 counter;
static u32 update_at;
/* The counter is there and the averages are not: the keeper is in the middle of it. */
static bool pending;
static bool keeper_stopped;
static u64 keeper_until_ns;
static u64 sampler_until_ns;
static unsigned int looks;
/* The other CPU may be seen in the middle of its work. */
static bool racing;
static unsigned int (*active_at)(unsigned int update);

static unsigned int asked;
static u64 asked_ns;
static bool asked_crossing;
static char asked_reason[LM_REASON_MAX + 1];
static bool busy;

u64 ktime_get_ns(void)
{
	return now_ns;
}

u64 get_jiffies_64(void)
{
	return counter;
}

bool lm_capture_ask(enum lm_kind kind, const char *reason, bool crossing)
{
	if (busy)
		return false;
	EXPECT(strlen(reason) <= LM_REASON_MAX, "a reason that fits");
	strscpy(asked_reason, reason, sizeof(asked_reason));
	asked++;
	asked_ns = now_ns;
	asked_crossing = crossing;
	return true;
}

/* The average of so much of the old one, in 2048ths, and the rest of the new tasks. */
static unsigned long mixed(unsigned long before, unsigned int active, unsigned long kept)
{
	unsigned long sum = before * kept + active * 2048UL * (2048 - kept);

	return active * 2048UL >= before ? (sum + 2047) / 2048 : sum / 2048;
}

static void note_update(unsigned int active, bool late)
{
	u64 number = updates_skipped + updates_count;

	EXPECT(updates_count < UPDATES_MAX, "room for the updates");
	updates[updates_count++] = (struct update){
		.due_ns = boot_ns + ((number + 1) * LOAD_FREQ + 10) * TICK_NSEC,
		.active = active,
		.average = avenrun[0],
		.late = late,
	};
}

static void update_averages(bool late)
{
	unsigned int active = active_at(updates_count), missed = 0, i;
	double kept = 1884;

	pending = false;
	avenrun[0] = mixed(avenrun[0], active, 1884);
	update_at += LOAD_FREQ;
	note_update(active, late);
	if ((s32)((u32)counter - (update_at + 10)) < 0)
		return;
	/* Several were missed: they are made up for at once, with the power rounded to 11 bits. */
	missed = 1 + ((u32)counter - (update_at + 10)) / LOAD_FREQ;
	for (i = 1; i < missed; i++)
		kept = kept * 1884 / 2048;
	avenrun[0] = mixed(avenrun[0], active, (unsigned long)(kept + 0.5));
	update_at += missed * LOAD_FREQ;
	for (i = 0; i < missed; i++)
		note_update(active, true);
}

static void go_on(u64 to_ns)
{
	u64 target;

	if (pending)
		update_averages(false);
	now_ns = max(now_ns, to_ns);
	if (now_ns < keeper_until_ns) {
		keeper_stopped = true;
		return;
	}
	target = INITIAL_JIFFIES + (now_ns - boot_ns) / TICK_NSEC;
	if (keeper_stopped) {
		keeper_stopped = false;
		counter = target;
		if ((s32)((u32)counter - (update_at + 10)) >= 0)
			update_averages(true);
	}
	while ((s32)((u32)target - (update_at + 10)) >= 0) {
		counter += (u32)(update_at + 10 - (u32)counter);
		pending = racing && counter == target;
		if (pending)
			return;
		update_averages(false);
	}
	counter = target;
}

/* Between two reads of the sampler. */
static void race(void)
{
	if (pending && host_chance(2))
		return;
	/* A stopped keeper may go on just now. */
	if (now_ns < keeper_until_ns && host_chance(500))
		keeper_until_ns = now_ns;
	go_on(now_ns + host_below(host_chance(20) ? TICK_NSEC : 2000));
}

static void boot(unsigned int (*active)(unsigned int update))
{
	boot_ns = host_below(NSEC_PER_SEC);
	now_ns = boot_ns;
	counter = INITIAL_JIFFIES;
	update_at = (u32)(INITIAL_JIFFIES + LOAD_FREQ);
	active_at = active;
	memset(avenrun, 0, sizeof(avenrun));
}

/* Half a period after an update, when all that came has been looked at. */
static u64 between(unsigned int update)
{
	return boot_ns + ((updates_skipped + update + 1) * LOAD_FREQ + 10) * TICK_NSEC +
	       PERIOD_NS / 2;
}

/* As if so many updates had been before. */
static void boot_earlier(unsigned int (*active)(unsigned int update), u64 before)
{
	boot(active);
	updates_skipped = before;
	now_ns = between(0) - PERIOD_NS;
	counter = INITIAL_JIFFIES + (now_ns - boot_ns) / TICK_NSEC;
	update_at = (u32)(INITIAL_JIFFIES + (before + 1) * LOAD_FREQ);
}

static void start(void)
{
	updates_recorded = updates_count;
	EXPECT_SAME(lm_sampler_init(), 0);
}

/* The ticks that history has got since it ended with the one of this time. */
static unsigned int added_since(u64 time_ns)
{
	unsigned int count = 0;
	struct lm_tick tick;

	while (lm_history_get(count, &tick) && tick.time_ns != time_ns)
		count++;
	return count;
}

/* A look's part of the books: @there updates when it began. */
static void look_at(unsigned int there)
{
	const u64 soon = 6 * TICK_NSEC + 100 * NSEC_PER_MSEC;
	struct lm_tick tick;
	unsigned int added, update;
	u64 before = lm_history_get(0, &tick) ? tick.time_ns : 0;

	EXPECT_SAME(host_timer->function(host_timer), HRTIMER_RESTART);
	for (added = added_since(before); added; added--) {
		EXPECT(updates_recorded < updates_count, "no tick that there was not");
		updates[updates_recorded++].look = looks;
	}
	for (update = updates_recorded; update < there; update++) {
		if (!updates[update].seen_ns)
			updates[update].seen_ns = now_ns;
		EXPECT(now_ns < max(updates[update].seen_ns,
				    max(keeper_until_ns, sampler_until_ns)) + soon,
		       "soon in history, update %u", update);
	}
}

/* Lets time pass, and the timer expire when it is to. */
static void run(u64 until_ns)
{
	u64 fire;

	for (;;) {
		EXPECT(host_timer->active, "the timer is set");
		fire = max(max((u64)host_timer->expires, sampler_until_ns), now_ns);
		/* The interrupt's own delay; now and then another one's before it. */
		fire += host_chance(50) ? host_below(NSEC_PER_MSEC) : host_below(20000);
		if (fire > until_ns)
			break;
		go_on(fire);
		looks++;
		EXPECT(looks < 4000000, "it looks no more often than it is to");
		host_at_barrier = racing ? race : NULL;
		look_at(updates_count);
		host_at_barrier = NULL;
		if (pending)
			update_averages(false);
	}
	go_on(until_ns);
}

static unsigned int known_ticks(void)
{
	unsigned int count = 0;
	struct lm_tick tick;

	while (lm_history_get(count, &tick))
		count++;
	return count;
}

static bool alone(unsigned int update)
{
	if (update && updates[update - 1].look == updates[update].look)
		return false;
	return update + 1 == updates_count || updates[update + 1].look != updates[update].look;
}

/* Never early, but where time goes on between the look at the clock and that at the counter. */
static void check_time(const struct lm_tick *tick, const struct update *real)
{
	s64 error = tick->time_ns - real->due_ns;
	s64 early = racing ? 2 * TICK_NSEC : 0;
	s64 late = racing ? 2 * TICK_NSEC : TICK_NSEC + 100000;

	EXPECT(error >= -early && error <= late, "within a jiffy or two, came %lld ns after it",
	       error);
}

/* Each update since the @first is in history once, at its time and with its tasks. */
static void check_history(unsigned int first, bool times)
{
	unsigned int known = known_ticks(), back, update, least, most, i, last = updates_count - 1;
	struct lm_tick tick;

	EXPECT_SAME(known, min_t(unsigned int, updates_count - first, LM_TICKS));
	for (back = 0; back < known; back++) {
		const struct update *real;

		update = updates_count - 1 - back;
		real = updates + update;
		EXPECT(lm_history_get(back, &tick), "tick %u", back);
		host_try("update %u (of look %u, %s)", update, real->look,
			 real->late ? "late" : "in time");
		if (alone(update)) {
			EXPECT_SAME(tick.active, real->active);
			EXPECT_SAME(tick.average, real->average);
		} else {
			least = real->active;
			most = real->active;
			for (i = update; i && updates[i - 1].look == real->look; i--) {
				least = min(least, updates[i - 1].active);
				most = max(most, updates[i - 1].active);
			}
			for (i = update; i < last && updates[i + 1].look == real->look; i++) {
				least = min(least, updates[i + 1].active);
				most = max(most, updates[i + 1].active);
			}
			/* The kernel rounds the power of several updates to 11 bits. */
			EXPECT(tick.active + 1 + real->average / 2048 / 100 >= least &&
			       tick.active <= most + 1 + real->average / 2048 / 100,
			       "from %u to %u, came %u", least, most, tick.active);
			if (i == update)
				EXPECT_SAME(tick.average, real->average);
		}
		if (times)
			check_time(&tick, real);
	}
}

/* Random numbers that are the same whenever they are asked for. */
static u32 noise(unsigned int number)
{
	return host_mix((u64)number << 20 ^ boot_ns);
}

static unsigned int any_load(unsigned int update)
{
	/* Now and then so long the same that the average gets there, and stays. */
	if (noise(update / 300 + 2000000) % 2)
		return noise(update / 300) % 8;
	/* Some minutes each of nothing, of the same, of ups and downs, of thousands. */
	switch (noise(update / 20 + 1000000) % 5) {
	case 0:
		return 0;
	case 1:
		return noise(update / 20) % 8;
	case 2:
		return noise(update) % 8;
	case 3:
		return noise(update) % 3 ? 5 : 6;
	default:
		return noise(update) % 5000;
	}
}

static unsigned int the_same_for_long(unsigned int update)
{
	return update % 400 < 250 ? 3 : noise(update) % 8;
}

static void records_every_tick_once(void)
{
	unsigned int first;

	boot(any_load);
	go_on(between(host_below(50)));
	first = updates_count;
	start();
	run(between(first + 3000));
	EXPECT_SAME(updates_count, first + 3001);
	check_history(first, true);
	/* It sleeps until an update is due; a load that stays the same takes some more looks. */
	EXPECT(looks < 3001 * 6, "few looks, came %u", looks);
	lm_sampler_exit();
	EXPECT(!host_timer->active, "the timer is stopped");
}

/* The counter's low 32 bits wrap after five minutes, and then every 2^32 jiffies. */
static void records_every_tick_over_a_wrap(void)
{
	unsigned int first, wrap = 300 * HZ / LOAD_FREQ;

	boot(any_load);
	go_on(between(wrap - 20));
	first = updates_count;
	EXPECT_SAME(counter >> 32, 0);
	start();
	run(between(wrap + 300));
	EXPECT_SAME(counter >> 32, 1);
	check_history(first, true);
	EXPECT(looks < 321 * 6, "few looks, came %u", looks);
}

static void records_every_tick_over_the_next_wraps(void)
{
	unsigned int wraps = 2 + host_below(100);

	boot_earlier(the_same_for_long, (((u64)wraps << 32) - INITIAL_JIFFIES) / LOAD_FREQ - 20);
	EXPECT_SAME(counter >> 32, wraps - 1);
	start();
	run(between(320));
	EXPECT_SAME(counter >> 32, wraps);
	EXPECT_SAME(updates_count, 321);
	check_history(0, true);
	EXPECT(looks < 321 * 6, "few looks, came %u", looks);
}

static void records_every_tick_when_seen_in_the_middle(void)
{
	unsigned int first, round;

	racing = true;
	boot(any_load);
	go_on(between(3));
	first = updates_count;
	start();
	for (round = 0; round < 1200; round++) {
		if (host_chance(4))
			lm_settings.interval_ms = 1 + host_below(100);
		run(between(first + round));
	}
	check_history(first, true);
}

/* The keeper stops for up to a minute; looks find the counter late, and then there at once. */
static void keeps_the_phase_over_a_stopped_cpu(void)
{
	unsigned int first, round, update, known;
	struct lm_tick tick;

	racing = true;
	boot(any_load);
	go_on(between(7));
	first = updates_count;
	start();
	for (round = 0; round < 80; round++) {
		update = updates_count;
		run(between(update + 1) + host_below(PERIOD_NS));
		keeper_until_ns = now_ns + host_below(host_chance(3) ? 12 * PERIOD_NS :
							PERIOD_NS);
		run(keeper_until_ns + 2 * PERIOD_NS);
		run(between(updates_count));
	}
	check_history(first, false);
	/* The times of those that came late, too, are when they were due. */
	known = known_ticks();
	for (round = 0; round < known; round++) {
		lm_history_get(round, &tick);
		update = updates_count - 1 - round;
		host_try("update %u, %s", update, updates[update].late ? "late" : "in time");
		check_time(&tick, updates + update);
	}
}

/* The sampler's own CPU stops: a look comes late and finds several updates. */
static void makes_up_for_looks_that_come_late(void)
{
	unsigned int first, round;

	racing = true;
	boot(any_load);
	go_on(between(7));
	first = updates_count;
	start();
	for (round = 0; round < 100; round++) {
		run(between(updates_count + 1) + host_below(PERIOD_NS));
		sampler_until_ns = now_ns + host_below(host_chance(3) ? 12 * PERIOD_NS : PERIOD_NS);
		/* Now and then in the very moment of a later update. */
		if (host_chance(3))
			sampler_until_ns = between(updates_count + host_below(12)) -
					   PERIOD_NS / 2 + host_below(2000);
		run(sampler_until_ns + 2 * PERIOD_NS);
		run(between(updates_count));
	}
	check_history(first, true);
}

static void survives_any_stops_of_both(void)
{
	unsigned int first, round;

	racing = true;
	boot(any_load);
	go_on(between(7));
	first = updates_count;
	start();
	for (round = 0; round < 300; round++) {
		if (host_chance(3))
			keeper_until_ns = now_ns + host_below(3 * PERIOD_NS);
		if (host_chance(3))
			sampler_until_ns = now_ns + host_below(3 * PERIOD_NS);
		run(now_ns + host_below(2 * PERIOD_NS));
	}
	run(now_ns + 5 * PERIOD_NS);
	run(between(updates_count));
	EXPECT_SAME(known_ticks(), min_t(unsigned int, updates_count - first, LM_TICKS));
}

static unsigned int quiet_then_ten(unsigned int update)
{
	return update < 40 ? 0 : 10;
}

/* From the update on that takes the average across the threshold it takes a look, no more. */
static void asks_at_the_tick_of_the_crossing(void)
{
	unsigned int update, crossed = 0;

	lm_settings.threshold = 400;
	boot(quiet_then_ten);
	go_on(between(2));
	start();
	for (update = 3; !asked && update < 100; update++) {
		run(between(update));
		if (!crossed && lm_load_hundredths(avenrun[0]) >= 400)
			crossed = update;
	}
	EXPECT_SAME(asked, 1);
	EXPECT(crossed, "the average got there");
	EXPECT(asked_crossing, "a crossing");
	EXPECT(asked_ns >= updates[crossed].due_ns &&
	       asked_ns < updates[crossed].due_ns + 20 * NSEC_PER_MSEC + 2 * TICK_NSEC,
	       "in time, came %lld ns after it", (s64)(asked_ns - updates[crossed].due_ns));
	EXPECT_TEXT(asked_reason, "load 4.43 >= 4.00");
	/* Still there, so every cooldown of 20 s and then 40 s there is another one. */
	run(between(crossed + 5));
	EXPECT_SAME(asked, 2);
	EXPECT(!asked_crossing, "a repeat");
	run(between(crossed + 11));
	EXPECT_SAME(asked, 2);
	run(between(crossed + 13));
	EXPECT_SAME(asked, 3);
}

static void asks_again_at_the_next_tick_when_busy(void)
{
	unsigned int update;

	lm_settings.threshold = 400;
	boot(quiet_then_ten);
	go_on(between(2));
	start();
	busy = true;
	run(between(50));
	EXPECT_SAME(asked, 0);
	EXPECT(lm_load_hundredths(avenrun[0]) > 400, "crossed");
	busy = false;
	update = updates_count;
	run(between(update));
	EXPECT_SAME(asked, 1);
	EXPECT(asked_crossing, "it is the crossing's");
	EXPECT(asked_ns >= updates[update].due_ns, "at the next tick");
}

const struct host_test host_tests[] = {
	HOST_TEST(records_every_tick_once),
	HOST_TEST(records_every_tick_over_a_wrap),
	HOST_TEST(records_every_tick_over_the_next_wraps),
	HOST_TEST(records_every_tick_when_seen_in_the_middle),
	HOST_TEST(keeps_the_phase_over_a_stopped_cpu),
	HOST_TEST(makes_up_for_looks_that_come_late),
	HOST_TEST(survives_any_stops_of_both),
	HOST_TEST(asks_at_the_tick_of_the_crossing),
	HOST_TEST(asks_again_at_the_next_tick_when_busy),
	{ }
};
