// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched/loadavg.h>

#include "compat.h"
#include "load.h"

struct lm_average lm_load_average(unsigned long fixed)
{
	struct lm_average shown;

	fixed += FIXED_1 / 200;
	shown.whole = fixed >> FSHIFT;
	shown.hundredths = ((fixed & (FIXED_1 - 1)) * 100) >> FSHIFT;
	return shown;
}

unsigned long lm_load_hundredths(unsigned long fixed)
{
	struct lm_average shown = lm_load_average(fixed);

	return shown.whole * 100 + shown.hundredths;
}

/*
 * The number of active tasks that took the average from @before to @after in @updates updates.
 *
 * kernel/sched/loadavg.c: after = (before * EXP_1 + n * FIXED_1 * (FIXED_1 - EXP_1)) / FIXED_1,
 * with FIXED_1 - 1 added before the division when the average does not fall. Solved for n the
 * division loses at most 2047 / (164 * 2048) = 0.006, far less than the half that is rounded.
 * Several updates with the same n are one with EXP_1 to that power.
 */
unsigned int lm_load_active(unsigned long before, unsigned long after, unsigned int updates)
{
	const u64 one = 1ULL << 32;
	u64 decay = (u64)EXP_1 << (32 - FSHIFT);
	u64 gained = (u64)after * FIXED_1;
	u64 power = decay, kept, unit;

	while (--updates && power)
		power = power * decay >> 32;
	kept = mul_u64_u32_shr((u64)before * FIXED_1, power, 32);
	unit = (one - power) * FIXED_1 * FIXED_1 >> 32;
	if (gained <= kept)
		return 0;
	return div64_u64(gained - kept + unit / 2, unit);
}

/* The same formula forward: the average after one update with @active tasks. */
unsigned long lm_load_after(unsigned long before, unsigned int active)
{
	u64 load = (u64)active * FIXED_1;
	u64 after = (u64)before * EXP_1 + load * (FIXED_1 - EXP_1);

	if (load >= before)
		after += FIXED_1 - 1;
	return after >> FSHIFT;
}

/*
 * Are there still about as many tasks as the average says? It falls by half only every 42 s, so
 * long after a burst it is high without anybody to blame. Three quarters: at a steady load the
 * count swings by a task or two around the average.
 */
bool lm_load_present(unsigned int active, unsigned long fixed)
{
	return (u64)active * FIXED_1 * 4 >= (u64)fixed * 3;
}

/*
 * The kernel's load is the sum of nr_running and nr_uninterruptible of all CPUs
 * (kernel/sched/loadavg.c, calc_load_fold_active()). In nr_running is whoever is in a queue:
 * - who set its state and was preempted before it slept: it runs;
 * - from 6.12 on a sleeper whose way out of the queue is delayed until its lag is gone
 *   (kernel/sched/fair.c: dequeue_entities() returns before sub_nr_running(), and
 *   nr_uninterruptible, too, waits for the real dequeue): load, though it sleeps;
 * - not who was taken out of its queue because its time is used up, though on_rq stays set.
 * In nr_uninterruptible is who sleeps with TASK_UNINTERRUPTIBLE, also TASK_KILLABLE, which contains
 * it, and without TASK_NOLOAD: not TASK_IDLE (idle kernel workers), nobody who is frozen.
 */
enum lm_share lm_load_share(const struct task_struct *task)
{
	unsigned int state = lm_task_state(task);

	if (lm_task_queued(task)) {
		if (lm_task_delayed(task))
			return LM_DELAYED;
		return lm_task_blocked(task, state) ? LM_BLOCKED : LM_RUNNING;
	}
	if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD) &&
	    !lm_task_frozen(task, state))
		return LM_UNINTERRUPTIBLE;
	return LM_NONE;
}

unsigned long lm_load_now(void)
{
	return READ_ONCE(avenrun[0]);
}

u64 lm_load_period_ns(void)
{
	return div_u64((u64)LOAD_FREQ * NSEC_PER_SEC, HZ);
}
