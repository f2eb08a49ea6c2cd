/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own definition of load: what counts, and what an average says. */
#ifndef LM_LOAD_H
#define LM_LOAD_H

#include <linux/sched.h>
#include <linux/types.h>

/* What a task adds to the load. */
enum lm_share {
	LM_NONE,
	LM_RUNNING,
	LM_UNINTERRUPTIBLE,
};

/* A load average as /proc/loadavg shows it: rounded to hundredths. */
struct lm_average {
	unsigned long whole;
	unsigned int hundredths;
};

struct lm_average lm_load_average(unsigned long fixed);
unsigned long lm_load_hundredths(unsigned long fixed);
unsigned int lm_load_active(unsigned long before, unsigned long after, unsigned int updates);
unsigned long lm_load_after(unsigned long before, unsigned int active);
bool lm_load_present(unsigned int active, unsigned long fixed);
enum lm_share lm_load_share(const struct task_struct *task);
int lm_load_parse(const char *text, size_t length, unsigned long *hundredths);

/* The one-minute average, in fixed point with FSHIFT fraction bits. */
unsigned long lm_load_now(void);

/* The time between two updates of the averages, in nanoseconds. */
u64 lm_load_period_ns(void);

#endif
