// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kconfig.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "scan.h"
#include "unwind.h"
#include "waits.h"
#include "waits_stack.h"

/* None, until the test at load has found locks of its own. */
static unsigned int lm_waits_trusted;

/*
 * From 6.16 on, where the kernel looks for hung tasks, a task notes the lock's address while it
 * sleeps for it, and its type in the two lowest bits (include/linux/hung_task.h). In 6.15 it was
 * the mutex alone. Of reader-writer locks (from 6.17 on) only who waits and cannot be killed does
 * so; the others have their stacks.
 */
static bool lm_waits_by_blocker(const struct task_struct *task, struct lm_wait *wait)
{
#ifdef LM_HAVE_BLOCKER
	static const enum lm_lock_kind kinds[] = { LM_MUTEX, LM_SEMAPHORE, LM_RWSEM, LM_RWSEM };
	unsigned long blocker = READ_ONCE(task->blocker);

	wait->lock = blocker & ~3UL;
	wait->kind = kinds[blocker & 3];
	wait->read = (blocker & 3) == 2;
#elif defined(LM_HAVE_BLOCKER_MUTEX)
	wait->lock = (unsigned long)READ_ONCE(task->blocker_mutex);
	wait->kind = LM_MUTEX;
#elif defined(LM_HAVE_BLOCKED_ON) && !defined(CONFIG_PREEMPT_RT)
	wait->lock = (unsigned long)READ_ONCE(task->blocked_on);
	wait->kind = LM_MUTEX;
#endif
	return wait->lock;
}

/*
 * A rt_mutex_waiter, which lies on its task's own stack, begins with two nodes of trees. Task and
 * lock follow these, and up to 6.5 the nodes were smaller.
 */
#define LM_RT_WAITER_WORDS 12

static bool lm_waits_by_rt_mutex(const struct task_struct *task, struct lm_wait *wait)
{
#ifdef LM_HAVE_PI_BLOCKED_ON
	static const unsigned int places[] = { 6, 10 };
	unsigned long words[LM_RT_WAITER_WORDS];
	const void *waiter = READ_ONCE(task->pi_blocked_on);
	unsigned int i;

	if (!waiter || copy_from_kernel_nofault(words, waiter, sizeof(words)))
		return false;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (words[places[i]] != (unsigned long)task)
			continue;
		wait->lock = words[places[i] + 1];
		wait->kind = LM_RT_MUTEX;
		return wait->lock;
	}
#endif
	return false;
}

bool lm_waits_find(const struct lm_match *match, const struct lm_frames *frames,
		   struct lm_wait *wait)
{
	if (!lm_waits_trusted)
		return false;
	memset(wait, 0, sizeof(*wait));
	if (!lm_waits_by_blocker(match->task, wait) && !lm_waits_by_rt_mutex(match->task, wait) &&
	    !lm_waits_on_stack(match->task, frames, wait))
		return false;
	/* All of that first, then the look that proves that it is of the same sleep. */
	smp_rmb();
	return (lm_waits_trusted & BIT(wait->kind)) && lm_unwind_still_sleeps(match);
}

unsigned int lm_waits_ways(void)
{
	unsigned int ways = lm_waits_stack_ways();

#ifndef CONFIG_PREEMPT_RT
#if defined(LM_HAVE_BLOCKER) || defined(LM_HAVE_BLOCKER_MUTEX) || defined(LM_HAVE_BLOCKED_ON)
	ways |= BIT(LM_MUTEX);
#endif
#ifdef LM_HAVE_BLOCKER
	ways |= BIT(LM_SEMAPHORE);
#endif
#if defined(LM_HAVE_BLOCKER) && defined(LM_HAVE_BLOCKER_RWSEM)
	ways |= BIT(LM_RWSEM);
#endif
#endif
#ifdef LM_HAVE_PI_BLOCKED_ON
	ways |= BIT(LM_RT_MUTEX);
#endif
	return ways;
}

void lm_waits_trust(unsigned int kinds)
{
	lm_waits_trusted = kinds;
}
