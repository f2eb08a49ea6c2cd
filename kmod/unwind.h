/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel stacks as return addresses, innermost first. */
#ifndef LM_UNWIND_H
#define LM_UNWIND_H

#include <linux/types.h>

struct task_struct;

/* Deeper stacks lose their outermost frames. */
#define LM_DEPTH 64

enum lm_unwound {
	/* The frames are the stack. */
	LM_UNWOUND,
	/* The task ran while its stack was read, twice: what was read is not to be believed. */
	LM_UNWIND_UNSTABLE,
	/* The kernel gave no frame, or the stack is gone. */
	LM_UNWIND_FAILED,
	/* This kernel lends modules no unwinder for a task that does not run. */
	LM_UNWIND_MISSING,
};

/* The stack of a task that is on no CPU. Process context, CPU hotplug held off. */
enum lm_unwound lm_unwind_task(struct task_struct *task, unsigned long *frames,
			       unsigned int *depth);

/* What an inter-processor interrupt found below itself. */
struct lm_interrupted {
	/* The interrupted code was found; else nothing below is known. */
	bool known;
	bool user;
	unsigned int depth;
};

/* Hard interrupt context, on the CPU in question. */
void lm_unwind_interrupted(struct lm_interrupted *below, unsigned long *frames);

/* Tasks whose stack could not be given back on this kernel; see unwind.c. */
unsigned int lm_unwind_kept(void);

#endif
