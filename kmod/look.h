/* SPDX-License-Identifier: GPL-2.0-only */
/* One look at the machine: who makes its load, where it is, on which stack. */
#ifndef LM_LOOK_H
#define LM_LOOK_H

#include "report.h"

int lm_look_init(unsigned int max_tasks);
void lm_look_exit(void);

/*
 * Fills in what a dump says, but for its kind and reason, without the caller and without @asker.
 * The tasks stay until the next look; nothing of them is pinned any more. One caller at a time,
 * process context; allocates nothing, waits for no lock that a stuck task may hold.
 */
void lm_look(struct lm_facts *facts, const struct task_struct *asker);

#endif
