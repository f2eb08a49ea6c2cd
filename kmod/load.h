/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own definition of load: what counts, and what an average says. */
#ifndef LM_LOAD_H
#define LM_LOAD_H

#include <linux/sched.h>
#include <linux/types.h>

/*
 * What a task adds to the load. All but the last two are in a CPU's queue: the kernel's "running".
 */
enum lm_share {
	LM_NONE,
	/* On a CPU, or waiting for one. */
	LM_RUNNING,
	/* Asleep, and for the scheduler's accounts still in the queue. */
	LM_DELAYED,
	/* Waiting for a mutex, and in the queue to lend its place to who holds it. */
	LM_BLOCKED,
	LM_UNINTERRUPTIBLE,
	/* Nothing: it is looked at because others wait for it, and it sleeps. */
	LM_ASLEEP,
};

/* It has the stack of a sleeper. */
static inline bool lm_share_sleeps(enum lm_share share)
{
	return share != LM_NONE && share != LM_RUNNING;
}

/* A load average as /proc/loadavg shows it: rounded to hundredths. */
struct lm_average {
	unsigned long whole;
	unsigned int hundredths;
};

struct lm_average lm_load_average(unsigned long fixed);
unsigned long lm_load_hundredths(unsigned long fixed);
unsigned int lm_load_active(unsigned long before, unsigned long after, unsigned int updates);
unsigned long lm_load_after(unsigned long before, unsigned int active);
/* Whether @active tasks are about as many as an average says: three quarters or more. */
bool lm_load_present(unsigned int active, unsigned long fixed);
enum lm_share lm_load_share(const struct task_struct *task);

/* The one-minute average, in fixed point with FSHIFT fraction bits. */
unsigned long lm_load_now(void);

/* The time between two updates of the averages, in nanoseconds. */
u64 lm_load_period_ns(void);

#endif
