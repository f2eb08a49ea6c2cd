/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks CPUs what they run, by an interrupt that nobody waits for without a time limit. */
#ifndef LM_CPUS_H
#define LM_CPUS_H

#include <linux/types.h>

#include "unwind.h"

struct cpumask;
struct task_struct;

enum lm_answer {
	/* Not asked: off line, the asking CPU itself, or nobody was to. */
	LM_CPU_NOT_ASKED,
	/* Not asked because an administrator isolated it. */
	LM_CPU_ISOLATED,
	/* Not asked because a CPU was on its way off or on line. */
	LM_CPU_HOTPLUG,
	/* Asked, no answer within the time limit (or the last question is still open). */
	LM_CPU_SILENT,
	LM_CPU_ANSWERED,
};

struct lm_cpu {
	enum lm_answer answer;
	/* Pinned until lm_cpus_forget(); NULL when the CPU was idle. */
	struct task_struct *task;
	struct lm_interrupted below;
};

int lm_cpus_init(void);
void lm_cpus_exit(void);

/* One caller at a time; before the first question of a dump. */
void lm_cpus_begin(void);

/* Asks these CPUs, but not the one that this runs on. Process context; at most 35 ms. */
void lm_cpus_ask(const struct cpumask *asked, u64 *irq_off_max_ns);

/*
 * Those that gave no answer to a question since lm_cpus_begin(), and those of them that were
 * asked.
 */
unsigned int lm_cpus_unanswered(void);
const struct cpumask *lm_cpus_silent(void);

/* The answer to the last question; valid until lm_cpus_forget(). */
const struct lm_cpu *lm_cpus_get(unsigned int cpu);
void lm_cpus_forget(void);

#endif
