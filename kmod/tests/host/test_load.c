// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "load.h"

/*
 * The kernel's step in exact numbers: so much of the old average, the rest of the new tasks,
 * rounded up while it rises or stays and down while it falls.
 */
static unsigned long step(unsigned long before, unsigned long active)
{
	unsigned __int128 target = (unsigned __int128)active * 2048;
	unsigned __int128 sum = (unsigned __int128)before * 1884 + target * (2048 - 1884);

	if (target >= before)
		return sum / 2048 + (sum % 2048 != 0);
	return sum / 2048;
}

/* Tasks, more often few than many: up to 4 millions, as many as there can be. */
static unsigned int some_tasks(void)
{
	return host_below(1ULL << (1 + host_below(22)));
}

static unsigned long some_average(void)
{
	return host_below(1ULL << (1 + host_below(33)));
}

static void steps_as_the_kernel_does(void)
{
	unsigned long before;
	unsigned int active, i;

	for (i = 0; i < 1000000; i++) {
		before = some_average();
		active = host_chance(4) ? before / 2048 + host_below(2) : some_tasks();
		host_try("%u tasks, average %lu", active, before);
		EXPECT_SAME(lm_load_after(before, active), step(before, active));
	}
	EXPECT_SAME(lm_load_after(0, 0), 0);
	EXPECT_SAME(lm_load_after(3 * 2048, 3), 3 * 2048);
}

static void decodes_one_update_exactly(void)
{
	unsigned long before;
	unsigned int active, i;

	for (i = 0; i < 1000000; i++) {
		before = some_average();
		active = host_chance(4) ? before / 2048 + host_below(2) : some_tasks();
		host_try("%u tasks, average %lu", active, before);
		EXPECT_SAME(lm_load_active(before, step(before, active), 1), active);
	}
}

static void decodes_updates_with_the_same_tasks(void)
{
	unsigned long before, after;
	unsigned int active, updates, i, update, decoded;

	for (i = 0; i < 30000; i++) {
		before = some_average();
		active = some_tasks();
		updates = 1 + host_below(host_chance(50) ? 1536 : 20);
		after = before;
		for (update = 0; update < updates; update++)
			after = step(after, active);
		host_try("%u tasks, average %lu, %u updates", active, before, updates);
		decoded = lm_load_active(before, after, updates);
		/* The power has 32 bits: above half a million tasks the last digit is not sure. */
		EXPECT(llabs((long long)decoded - active) <= active / 500000,
		       "%u tasks, came %u", active, decoded);
	}
}

/* Where the load ends, the averages of many updates may be below what any number leads to. */
static void decodes_nothing_below_zero(void)
{
	EXPECT_SAME(lm_load_active(0, 0, 1), 0);
	EXPECT_SAME(lm_load_active(4096, 0, 1), 0);
	EXPECT_SAME(lm_load_active(~0UL >> 20, 0, 1536), 0);
	EXPECT_SAME(lm_load_active(2048, 2048, U32_MAX), 1);
}

/* /proc/loadavg adds a two hundredth and cuts off behind the hundredths. */
static void shows_averages_as_loadavg_does(void)
{
	unsigned long fixed, shown;
	struct lm_average average;

	for (fixed = 0; fixed < 1 << 21; fixed += fixed < 100000 ? 1 : 97) {
		shown = (fixed + 2048 / 200) * 100 / 2048;
		average = lm_load_average(fixed);
		host_try("average %lu", fixed);
		EXPECT_SAME(average.whole, shown / 100);
		EXPECT_SAME(average.hundredths, shown % 100);
		EXPECT_SAME(lm_load_hundredths(fixed), shown);
	}
	EXPECT_SAME(lm_load_hundredths(9999999UL * 2048), 999999900);
}

static void calls_three_quarters_present(void)
{
	unsigned int active, i;
	unsigned long fixed;

	EXPECT(lm_load_present(0, 0), "no load is no echo");
	EXPECT(lm_load_present(3, 4 * 2048), "three of four");
	EXPECT(!lm_load_present(3, 4 * 2048 + 1), "no less than three quarters");
	EXPECT(!lm_load_present(2, 4 * 2048), "two of four are too few");
	for (i = 0; i < 200000; i++) {
		active = some_tasks();
		fixed = host_chance(2) ? some_average() :
					 active * 2048UL * 4 / 3 + host_below(5);
		host_try("%u tasks, average %lu", active, fixed);
		EXPECT_SAME(lm_load_present(active, fixed),
			    (long double)active / (fixed / 2048.0L) >= 0.75L || !fixed);
	}
}

static void knows_the_time_between_updates(void)
{
	EXPECT_SAME(lm_load_period_ns(), (5 * HZ + 1) * (1000000000LL / HZ));
}

/* What the scheduler would count: one rule after the other, each of its own words. */
static enum lm_share accounts(const struct task_struct *task, unsigned int state, bool frozen)
{
	bool newest = false;
	bool queued = task->on_rq != 0;

#ifndef HOST_OLD_KERNEL
	newest = true;
#endif
	if (task->policy == SCHED_DEADLINE && task->dl.dl_throttled)
		queued = false;
	if (newest && task->throttled)
		queued = false;
	if (!queued) {
		if (frozen || !(state & TASK_UNINTERRUPTIBLE))
			return LM_NONE;
		return (state & TASK_NOLOAD) == TASK_NOLOAD ? LM_NONE : LM_UNINTERRUPTIBLE;
	}
	if (newest && task->se.sched_delayed)
		return LM_DELAYED;
	if (newest && task->blocked_on && state && !task->on_cpu)
		return LM_BLOCKED;
	return LM_RUNNING;
}

static void counts_what_the_scheduler_counts(void)
{
	static const unsigned int bits[] = {
		TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, __TASK_STOPPED, __TASK_TRACED,
		TASK_WAKEKILL, TASK_NOLOAD, TASK_FROZEN,
	};
	unsigned int states, facts, state, i;
	struct task_struct task;
	bool frozen;

	for (states = 0; states < 1U << ARRAY_SIZE(bits); states++) {
		state = 0;
		for (i = 0; i < ARRAY_SIZE(bits); i++)
			state |= states >> i & 1 ? bits[i] : 0;
		for (facts = 0; facts < 1U << 9; facts++) {
			task = (struct task_struct){
				/* 2: on its way from one CPU's queue to another's. */
				.on_rq = facts & 1 ? 1 + (facts >> 8 & 1) : 0,
				.on_cpu = facts >> 1 & 1,
				.policy = facts >> 2 & 1 ? SCHED_DEADLINE : SCHED_NORMAL,
				.dl.dl_throttled = facts >> 3 & 1,
				.throttled = facts >> 4 & 1,
				.se.sched_delayed = facts >> 5 & 1,
				.blocked_on = facts >> 6 & 1 ? &task : NULL,
				.flags = facts >> 7 & 1 ? PF_FROZEN : 0,
			};
#ifdef HOST_OLD_KERNEL
			task.state = state;
			task.__state = TASK_UNINTERRUPTIBLE;
			frozen = task.flags & PF_FROZEN;
#else
			task.__state = state;
			task.state = TASK_UNINTERRUPTIBLE;
			frozen = state & TASK_FROZEN;
#endif
			host_try("state %#x, facts %#x", state, facts);
			EXPECT_SAME(lm_load_share(&task), accounts(&task, state, frozen));
		}
	}
}

/* In words, for those who do not read bits. */
static void knows_load_from_what_looks_like_it(void)
{
	struct task_struct task = { };
	unsigned int state = TASK_UNINTERRUPTIBLE;

#ifdef HOST_OLD_KERNEL
#define STATE task.state
#else
#define STATE task.__state
#endif
	STATE = state;
	EXPECT_SAME(lm_load_share(&task), LM_UNINTERRUPTIBLE);
	STATE = state | TASK_WAKEKILL;
	EXPECT_SAME(lm_load_share(&task), LM_UNINTERRUPTIBLE);
	STATE = TASK_IDLE;
	EXPECT_SAME(lm_load_share(&task), LM_NONE);
	STATE = TASK_INTERRUPTIBLE;
	EXPECT_SAME(lm_load_share(&task), LM_NONE);
	/* Preempted before it slept. */
	task.on_rq = 1;
	STATE = TASK_IDLE;
	EXPECT_SAME(lm_load_share(&task), LM_RUNNING);
	/* Its time is used up: asleep for the accounts, and not in D. */
	STATE = TASK_RUNNING;
	task.policy = SCHED_DEADLINE;
	task.dl.dl_throttled = 1;
	EXPECT_SAME(lm_load_share(&task), LM_NONE);
	EXPECT(!lm_share_sleeps(LM_RUNNING) && !lm_share_sleeps(LM_NONE), "these do not sleep");
	EXPECT(lm_share_sleeps(LM_DELAYED) && lm_share_sleeps(LM_BLOCKED) &&
	       lm_share_sleeps(LM_UNINTERRUPTIBLE), "these do");
#undef STATE
}

u64 ktime_get_ns(void)
{
	return 0;
}

u64 get_jiffies_64(void)
{
	return 0;
}

const struct host_test host_tests[] = {
	HOST_TEST(steps_as_the_kernel_does),
	HOST_TEST(decodes_one_update_exactly),
	HOST_TEST(decodes_updates_with_the_same_tasks),
	HOST_TEST(decodes_nothing_below_zero),
	HOST_TEST(shows_averages_as_loadavg_does),
	HOST_TEST(calls_three_quarters_present),
	HOST_TEST(knows_the_time_between_updates),
	HOST_TEST(counts_what_the_scheduler_counts),
	HOST_TEST(knows_load_from_what_looks_like_it),
	{ }
};
