/* SPDX-License-Identifier: GPL-2.0-only */
/* The different stacks of one dump, each kept once. */
#ifndef LM_STACKS_H
#define LM_STACKS_H

#include <linux/types.h>

struct lm_stack {
	u32 first;
	u32 hash;
	u16 depth;
	/* Bit i: frame i is where code was interrupted, not where a call returns to. */
	u64 exact;
	/* The next in the same bucket; 0 ends the chain. */
	u32 next;
	/* The report's: its number there, and its tasks as a chain by index + 1; 0 ends it. */
	u32 number;
	u32 tasks;
	u32 first_task;
	u32 last_task;
};

int lm_stacks_init(void);
void lm_stacks_exit(void);
void lm_stacks_clear(void);

/* Returns the stack's number from 1, or 0 when there is no room for another one. */
u32 lm_stacks_add(const unsigned long *frames, unsigned int depth, u64 exact);
u32 lm_stacks_count(void);
struct lm_stack *lm_stacks_get(u32 id);
const unsigned long *lm_stacks_frames(const struct lm_stack *stack);

#endif
