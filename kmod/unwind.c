// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "compat.h"
#include "unwind.h"

#ifdef LM_X86_UNWINDER
#include <asm/ptrace.h>
#include <asm/unwind.h>
#elif defined(LM_HAVE_IRQ_REGS)
#include <asm/irq_regs.h>
#include <asm/ptrace.h>
#endif

static atomic_t lm_unwind_kept_tasks = ATOMIC_INIT(0);

unsigned int lm_unwind_kept(void)
{
	return atomic_read(&lm_unwind_kept_tasks);
}

#ifdef LM_X86_UNWINDER

static unsigned int lm_unwind_sleeping(struct task_struct *task, unsigned long *frames)
{
	struct unwind_state state;
	unsigned int depth = 0;
	unsigned long address;

	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		address = unwind_get_return_address(&state);
		if (!address || depth == LM_DEPTH)
			break;
		frames[depth++] = address;
	}
	return depth;
}

/*
 * A dying task's stack is freed long before its task_struct, and put_task_stack() is exported
 * nowhere. Three ways to hold on to it while it is read:
 * - From 5.18 a stack that is not reused at once is freed after an RCU grace period, so a stack
 *   that was there in this RCU section stays mapped until its end. (The per-CPU cache of stacks
 *   is emptied without a grace period, but only when a CPU goes: the caller holds hotplug off.)
 * - Before that, take a reference and give it back as long as somebody else has one. Should the
 *   task have died in these few microseconds, nobody can free the stack any more: then the task
 *   itself is kept for ever. That costs one task in an event hardly ever seen, and is counted.
 */
#ifndef LM_HAVE_RCU_FREED_STACKS
static void lm_stack_release(struct task_struct *task)
{
#ifdef LM_HAVE_PUT_TASK_STACK
	put_task_stack(task);
#else
	if (refcount_dec_not_one(&task->stack_refcount))
		return;
	get_task_struct(task);
	atomic_inc(&lm_unwind_kept_tasks);
#endif
}
#endif

static unsigned int lm_unwind_held(struct task_struct *task, unsigned long *frames)
{
	unsigned int depth = 0;

#ifdef LM_HAVE_RCU_FREED_STACKS
	rcu_read_lock();
	if (refcount_read(&task->stack_refcount) && task_stack_page(task))
		depth = lm_unwind_sleeping(task, frames);
	rcu_read_unlock();
#else
	if (try_get_task_stack(task)) {
		depth = lm_unwind_sleeping(task, frames);
		lm_stack_release(task);
	}
#endif
	return depth;
}

/*
 * The walk starts in this function, on top of the interrupt's own frames. The first complete set
 * of registers on the way out is what the interrupt saved: the code that it interrupted.
 */
void lm_unwind_interrupted(struct lm_interrupted *below, unsigned long *frames)
{
	struct unwind_state state;
	struct pt_regs *regs;
	unsigned long address;
	bool partial = false;

	memset(below, 0, sizeof(*below));
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
		address = unwind_get_return_address(&state);
		if (!address || below->depth == LM_DEPTH)
			return;
		frames[below->depth++] = address;
	}
}

#else /* !LM_X86_UNWINDER */

static unsigned int lm_unwind_held(struct task_struct *task, unsigned long *frames)
{
#ifdef LM_HAVE_STACK_TRACE_SAVE_TSK
	/* Pins the stack by itself. */
	return stack_trace_save_tsk(task, frames, LM_DEPTH, 0);
#else
	return 0;
#endif
}

/*
 * The interrupt's own frames come first. What it interrupted begins with the address that it saved:
 * frames in which that does not occur are of no known task and are dropped.
 */
void lm_unwind_interrupted(struct lm_interrupted *below, unsigned long *frames)
{
	memset(below, 0, sizeof(*below));
#ifdef LM_HAVE_IRQ_REGS
	{
		struct pt_regs *regs = get_irq_regs();
		unsigned int depth, skip = 0;

		below->known = regs;
		below->user = regs && user_mode(regs);
		if (!regs || below->user)
			return;
		depth = stack_trace_save(frames, LM_DEPTH, 0);
		while (skip < depth && frames[skip] != instruction_pointer(regs))
			skip++;
		below->depth = depth - skip;
		memmove(frames, frames + skip, below->depth * sizeof(*frames));
	}
#endif
}

#endif

static bool lm_unwind_possible(void)
{
#if defined(LM_X86_UNWINDER) || defined(LM_HAVE_STACK_TRACE_SAVE_TSK)
	return true;
#else
	return false;
#endif
}

/* A task that was switched in and out again has a higher count; one that is in, is on a CPU. */
struct lm_footprint {
	bool on_cpu;
	unsigned long switches;
};

static struct lm_footprint lm_unwind_footprint(const struct task_struct *task)
{
	struct lm_footprint print;

	print.on_cpu = lm_task_on_cpu(task);
	print.switches = READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
	return print;
}

static enum lm_unwound lm_unwind_try(struct task_struct *task, unsigned long *frames,
				     unsigned int *depth)
{
	struct lm_footprint before, after;

	*depth = 0;
	before = lm_unwind_footprint(task);
	if (before.on_cpu)
		return LM_UNWIND_UNSTABLE;
	/* The footprint is taken before the first and after the last frame is read. */
	smp_rmb();
	*depth = lm_unwind_held(task, frames);
	/* See above: the last frame before the footprint. */
	smp_rmb();
	after = lm_unwind_footprint(task);
	if (after.on_cpu || after.switches != before.switches) {
		*depth = 0;
		return LM_UNWIND_UNSTABLE;
	}
	if (*depth)
		return LM_UNWOUND;
	return lm_unwind_possible() ? LM_UNWIND_FAILED : LM_UNWIND_MISSING;
}

enum lm_unwound lm_unwind_task(struct task_struct *task, unsigned long *frames, unsigned int *depth)
{
	enum lm_unwound result = lm_unwind_try(task, frames, depth);

	if (result == LM_UNWIND_UNSTABLE)
		result = lm_unwind_try(task, frames, depth);
	return result;
}
