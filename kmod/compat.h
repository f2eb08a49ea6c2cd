/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, in one place. LM_HAVE_* come from features.h, which ./probe writes
 * for each build: what the target exports, and what compiles with its headers. A version number
 * decides nothing here.
 */
#ifndef LM_COMPAT_H
#define LM_COMPAT_H

#include <linux/compiler.h>
#include <linux/cpu.h>
#include <linux/cpuset.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <uapi/linux/sched.h>

#include "features.h"

static inline unsigned int lm_task_state(const struct task_struct *t)
{
#ifdef LM_HAVE_TASK___STATE
	return READ_ONCE(t->__state);
#else
	return READ_ONCE(t->state);
#endif
}

/* A frozen task is not load; from 6.1 its state no longer has TASK_UNINTERRUPTIBLE at all. */
static inline bool lm_task_frozen(const struct task_struct *t, unsigned int state)
{
#ifdef LM_HAVE_TASK_FROZEN
	return state & TASK_FROZEN;
#else
	return READ_ONCE(t->flags) & PF_FROZEN;
#endif
}

/*
 * In a CPU's queue, by the scheduler's own accounts. The core's on_rq stays set for who was taken
 * out of its class's queue because its time is used up:
 * - of SCHED_DEADLINE by dl_throttled (a bit among others: it cannot be read by READ_ONCE());
 * - from 6.18 on, by throttled, a task whose control group has used up its CPU quota. (Before that
 *   the group was taken out as a whole, and nothing of the task says so.)
 */
static inline bool lm_task_queued(const struct task_struct *t)
{
	/* Racy as everything here: a bit that changes right now was, or will be, the other one. */
	if (READ_ONCE(t->policy) == SCHED_DEADLINE && data_race(!!t->dl.dl_throttled))
		return false;
#if defined(LM_HAVE_TASK_THROTTLED) && defined(CONFIG_CFS_BANDWIDTH)
	if (READ_ONCE(t->throttled))
		return false;
#endif
	return READ_ONCE(t->on_rq);
}

/* From 6.12 on a task that went to sleep may stay queued until its lag is gone. */
static inline bool lm_task_delayed(const struct task_struct *t)
{
#ifdef LM_HAVE_SCHED_DELAYED
	return READ_ONCE(t->se.sched_delayed);
#else
	return false;
#endif
}

/*
 * With proxy execution (from 6.17 on, in no distribution's kernel yet) who waits for a mutex stays
 * queued, so that who holds it may run in its place.
 */
static inline bool lm_task_blocked(const struct task_struct *t, unsigned int state)
{
#if defined(LM_HAVE_BLOCKED_ON) && defined(CONFIG_SCHED_PROXY_EXEC)
	return state != TASK_RUNNING && !READ_ONCE(t->on_cpu) && READ_ONCE(t->blocked_on);
#else
	return false;
#endif
}

/* Acquire: what is read afterwards is what the task left behind when it was switched out. */
static inline bool lm_task_on_cpu(const struct task_struct *t)
{
#ifdef CONFIG_SMP
	bool on_cpu = READ_ONCE(t->on_cpu);

	/* Pairs with the release in finish_task(); on_cpu is no int everywhere, so no acquire. */
	smp_rmb();
	return on_cpu;
#else
	return t == current;
#endif
}

/* How often the task was switched out, by itself or by others: it never goes back. */
static inline unsigned long lm_task_switches(const struct task_struct *t)
{
	return READ_ONCE(t->nvcsw) + READ_ONCE(t->nivcsw);
}

#ifdef LM_HAVE_HK_TYPE
#define LM_HK(_kind) HK_TYPE_##_kind
#else
#define LM_HK(_kind) HK_FLAG_##_kind
#endif

/*
 * CPUs that an administrator isolated are not to be interrupted: from the scheduler by isolcpus=,
 * from the tick by nohz_full=, or by a cpuset's partition while the machine runs. The kernel's own
 * cpu_is_isolated() came late and forgot the tick again.
 */
static inline bool lm_cpu_isolated(unsigned int cpu)
{
#ifdef LM_HAVE_HOUSEKEEPING
	if (!housekeeping_test_cpu(cpu, LM_HK(DOMAIN)) || !housekeeping_test_cpu(cpu, LM_HK(TICK)))
		return true;
#endif
#ifdef LM_HAVE_CPUSET_ISOLATED
	return cpuset_cpu_is_isolated(cpu);
#else
	return false;
#endif
}

/*
 * Sleeps for that long, and up to half as long again. Idle, not uninterruptible as usleep_range()
 * is: the kernel would count the sleeper as load.
 */
static inline void lm_doze(unsigned int microseconds)
{
	u64 nanoseconds = (u64)microseconds * NSEC_PER_USEC;
	ktime_t end = ktime_add_ns(ktime_get(), nanoseconds);

	do {
		__set_current_state(TASK_IDLE);
	} while (schedule_hrtimeout_range(&end, nanoseconds / 2, HRTIMER_MODE_ABS));
}

/* device_type::devnode() is not to change the device, and from 6.2 on its type says so. */
#ifdef LM_HAVE_DEVNODE_CONST
#define LM_DEVNODE_CONST const
#else
#define LM_DEVNODE_CONST
#endif

static inline void lm_hrtimer_setup(struct hrtimer *timer,
				    enum hrtimer_restart (*function)(struct hrtimer *))
{
#ifdef LM_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	timer->function = function;
#endif
}

static inline void lm_csd_setup(call_single_data_t *csd, smp_call_func_t func, void *info)
{
	csd->func = func;
	csd->info = info;
}

#endif
