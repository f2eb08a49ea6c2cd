/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel stacks as return addresses, innermost first. */
#ifndef LM_UNWIND_H
#define LM_UNWIND_H

#include <linux/types.h>

struct lm_match;

/* Deeper stacks lose their outermost frames, and are marked. */
#define LM_DEPTH 64

enum lm_unwound {
	/* The frames are the stack. */
	LM_UNWOUND,
	/* They are its inner end: it is deeper, or the kernel's unwinder lost its way. */
	LM_UNWOUND_PARTLY,
	/* The task ran since it was seen or while its stack was read: that stack is gone. */
	LM_UNWIND_UNSTABLE,
	/* The kernel gave no frame, or the stack is gone. */
	LM_UNWIND_FAILED,
	/* This kernel lends modules no unwinder for a task that does not run. */
	LM_UNWIND_MISSING,
};

/*
 * The stack of a task that is on no CPU: of a sleeper that of the sleep in which it was seen, of
 * others that of now, with the count of switches that goes with it. Process context, CPU hotplug
 * held off.
 */
enum lm_unwound lm_unwind_task(struct lm_match *seen, unsigned long *frames,
			       unsigned int *depth);

/* What an inter-processor interrupt found below itself. */
struct lm_interrupted {
	/* The interrupted code was found; else nothing below is known. */
	bool known;
	bool user;
	/* The frames are not all. */
	bool partial;
	unsigned int depth;
};

/* Hard interrupt context, on the CPU in question. */
void lm_unwind_interrupted(struct lm_interrupted *below, unsigned long *frames);

/* Tasks whose stack could not be given back on this kernel; see unwind.c. */
unsigned int lm_unwind_kept(void);

#endif
