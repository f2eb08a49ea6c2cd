/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of kernels that note nowhere what a task waits for: what lies on its own stack. */
#ifndef LM_WAITS_STACK_H
#define LM_WAITS_STACK_H

#include <linux/kconfig.h>
#include <linux/types.h>

#include "features.h"
#include "waits.h"

struct task_struct;

/* The stack pointer of a sleeper is known, and its frames name the function that it sleeps in. */
#if defined(CONFIG_X86_64) || defined(LM_HAVE_FRAME_POINTERS)
#define LM_WAITS_ON_STACK 1
#endif

/* The kinds, by bits, for which this is a way. */
unsigned int lm_waits_stack_ways(void);

/* While it is on, the stack that is looked at is one of this module's own: see waits_stack.c. */
void lm_waits_stack_learn(bool on);

/* True only if the sleep in which @frames were read is still the same afterwards. */
bool lm_waits_on_stack(const struct task_struct *task, const struct lm_frames *frames,
		       struct lm_wait *wait);

#endif
