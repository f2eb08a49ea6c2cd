/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel stacks as addresses of code, innermost first, and when they are true. */
#ifndef LM_UNWIND_H
#define LM_UNWIND_H

#include <linux/types.h>

struct lm_match;

/* Deeper stacks lose their outermost frames, and are marked. */
#define LM_DEPTH 64

struct lm_frames {
	unsigned int depth;
	/* It is the inner end: the stack is deeper, or the kernel's unwinder lost its way. */
	bool partial;
	/*
	 * Bit i: frame i is where code was interrupted, the very instruction. The others are where
	 * a call returns to, the one after.
	 */
	u64 exact;
	unsigned long address[LM_DEPTH];
};

enum lm_unwound {
	/* The frames are the stack, or its inner end. */
	LM_UNWOUND,
	/* The task ran since it was seen or while its stack was read: that stack is gone. */
	LM_UNWIND_UNSTABLE,
	/* The kernel gave no frame, or the stack is gone. */
	LM_UNWIND_FAILED,
};

/*
 * The stack of a task that is on no CPU: of a sleeper that of the sleep in which it was seen, of
 * others that of now, with the count of switches that goes with it. Process context.
 */
enum lm_unwound lm_unwind_task(struct lm_match *seen, struct lm_frames *frames);

/*
 * Whether a sleeper is still in the sleep in which it was seen: then what was read before is of
 * that sleep, but for what others wrote there.
 */
bool lm_unwind_still_sleeps(const struct lm_match *seen);

/* What an inter-processor interrupt found below itself. */
struct lm_interrupted {
	/* The interrupted code was found; else nothing below is known. */
	bool known;
	bool user;
	struct lm_frames frames;
};

/* Hard interrupt context, on the CPU in question. */
void lm_unwind_interrupted(struct lm_interrupted *below);

/* Tasks that died while their stack was held, and are kept for ever; see unwind.c. */
unsigned int lm_unwind_kept(void);

#endif
