// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kasan.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/ptrace.h>
#include <asm/unwind.h>

#include "compat.h"
#include "unwinder.h"

/* user_mode(), of registers on a stack that may change while they are read. */
static bool lm_unwinder_is_user(const struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	/* The whole word: the field is a part of one in newer kernels. */
	return READ_ONCE_NOCHECK(*(unsigned long *)&regs->cs) & 3;
#else
	return user_mode((struct pt_regs *)regs);
#endif
}

/*
 * Did the walk get to the end of the stack? The last thing on that of a user's task are the
 * registers with which it entered the kernel: they hold no address in the kernel. Anywhere else
 * that, a frame too many or an error of the unwinder's means that there is more.
 */
static bool lm_unwinder_was_whole(struct unwind_state *state)
{
	struct pt_regs *regs;

	if (unwind_error(state))
		return false;
	if (unwind_done(state))
		return true;
	regs = unwind_get_entry_regs(state, NULL);
	return regs && lm_unwinder_is_user(regs);
}

/* Returns false at the end. */
static bool lm_unwinder_add(struct unwind_state *state, struct lm_frames *frames)
{
	unsigned long address = unwind_get_return_address(state);
	struct pt_regs *regs;

	if (!address || frames->depth == LM_DEPTH)
		return false;
	/* A frame that was made of what an interrupt saved. */
	regs = unwind_get_entry_regs(state, NULL);
	if (regs && READ_ONCE_NOCHECK(regs->ip) == address)
		frames->exact |= 1ULL << frames->depth;
	frames->address[frames->depth++] = address;
	return true;
}

/*
 * Who waits for a CPU with a return probe on its stack: from 5.18 to 6.9 the kernel's unwinder
 * complains, with a trace in the log, when it finds one on the stack of a task that is runnable.
 * (A sleeper that wakes in the middle of the walk is in the same place; that is rare, and so is
 * the complaint, which comes once a boot.)
 */
static bool lm_unwinder_is_touchy(const struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	return lm_task_state(task) == TASK_RUNNING && READ_ONCE(task->rethooks.first);
#else
	return false;
#endif
}

/*
 * The kernel's unwinder checks each address against the bounds of the stack before it reads there,
 * so a stack that changes gives noise, and no fault. KASAN is on: of a stack that is not held it is
 * to tell. But who waits for a CPU may come to one in the middle of the walk; then the unwinder
 * finds saved registers where a new function keeps the gaps around its variables poisoned, and
 * KASAN would take that look, which is thrown away, for a fault.
 */
unsigned int lm_unwinder_walk(struct task_struct *task, struct lm_frames *frames)
{
	bool runs = lm_task_state(task) == TASK_RUNNING;
	struct unwind_state state;

	frames->depth = 0;
	frames->exact = 0;
	frames->partial = false;
	if (lm_unwinder_is_touchy(task))
		return 0;
	if (runs)
		kasan_disable_current();
	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state))
		if (!lm_unwinder_add(&state, frames))
			break;
	frames->partial = !lm_unwinder_was_whole(&state);
	if (runs)
		kasan_enable_current();
	return frames->depth;
}

/*
 * The walk starts in this function, on top of the interrupt's own frames. The first complete set
 * of registers on the way out is what the interrupt saved: the code that it interrupted.
 */
void lm_unwind_interrupted(struct lm_interrupted *below)
{
	struct lm_frames *frames = &below->frames;
	struct unwind_state state;
	struct pt_regs *regs;
	bool partial = false;

	below->known = false;
	below->user = false;
	frames->depth = 0;
	frames->exact = 0;
	frames->partial = false;
	for (unwind_start(&state, current, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		if (!below->known) {
			regs = unwind_get_entry_regs(&state, &partial);
			if (!regs || partial)
				continue;
			below->known = true;
			below->user = user_mode(regs);
			if (below->user)
				return;
		}
		if (!lm_unwinder_add(&state, frames))
			break;
	}
	frames->partial = !lm_unwinder_was_whole(&state);
}
