// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched/loadavg.h>

#include "compat.h"
#include "load.h"

/* A threshold above this can only be a mistake: no machine has as many threads. */
#define LM_LOAD_MAX 9999999UL

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
 * The predicate of kernel/sched/core.c. A task that set its state and was preempted before it
 * slept is still queued: it runs. TASK_IDLE (idle kernel workers) is TASK_UNINTERRUPTIBLE with
 * TASK_NOLOAD: not load. TASK_KILLABLE contains TASK_UNINTERRUPTIBLE: load.
 */
enum lm_share lm_load_share(const struct task_struct *task)
{
	unsigned int state = lm_task_state(task);

	if (lm_task_queued(task))
		return LM_RUNNING;
	if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD) &&
	    !lm_task_frozen(task, state))
		return LM_UNINTERRUPTIBLE;
	return LM_NONE;
}

/*
 * "4", "4.5" or "4.00", one newline allowed at the end; nothing else. Hundredths are all that
 * /proc/loadavg shows, so more digits would promise what nobody can see.
 */
int lm_load_parse(const char *text, size_t length, unsigned long *hundredths)
{
	unsigned long value = 0;
	unsigned int digits = 0;
	unsigned int fraction = 0;
	bool point = false;
	size_t i;

	if (length && text[length - 1] == '\n')
		length--;
	for (i = 0; i < length; i++) {
		if (text[i] == '.' && !point && digits) {
			point = true;
			continue;
		}
		if (!isdigit(text[i]) || (point && fraction == 2))
			return -EINVAL;
		value = value * 10 + (text[i] - '0');
		digits++;
		if (point)
			fraction++;
		else if (value > LM_LOAD_MAX)
			return -EINVAL;
	}
	if (!digits || (point && !fraction))
		return -EINVAL;
	for (; fraction < 2; fraction++)
		value *= 10;
	*hundredths = value;
	return 0;
}

unsigned long lm_load_now(void)
{
	return READ_ONCE(avenrun[0]);
}

u64 lm_load_period_ns(void)
{
	return div_u64((u64)LOAD_FREQ * NSEC_PER_SEC, HZ);
}
