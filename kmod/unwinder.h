/* SPDX-License-Identifier: GPL-2.0-only */
/* The way from frame to frame, of this architecture: one of unwind_x86.c, unwind_frames.c. */
#ifndef LM_UNWINDER_H
#define LM_UNWINDER_H

#include "unwind.h"

struct task_struct;

/*
 * The stack of a task that is on no CPU, up to LM_DEPTH frames; the memory of its stack is held.
 * When the task runs meanwhile, what comes out is noise, but it comes out: no fault, no endless
 * walk. Returns their number; 0 when there is none.
 */
unsigned int lm_unwinder_walk(struct task_struct *task, struct lm_frames *frames);

#endif
