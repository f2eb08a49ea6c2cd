// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/kasan.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "compat.h"
#include "load.h"
#include "scan.h"
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

/*
 * Did the walk get to the end of the stack? The last thing on that of a user's task are the
 * registers with which it entered the kernel: they hold no address in the kernel. Anywhere else
 * that, a frame too many or an error of the unwinder's means that there is more.
 */
static bool lm_unwind_was_whole(struct unwind_state *state)
{
	struct pt_regs *regs;

	if (unwind_error(state))
		return false;
	if (unwind_done(state))
		return true;
	regs = unwind_get_entry_regs(state, NULL);
	return regs && user_mode(regs);
}

/*
 * The task may wake up meanwhile and use its stack for something else. Then what is read is noise,
 * which the caller throws away; but KASAN, which knows what may be read of a stack, would take the
 * unwinder's looks at saved registers for a fault.
 */
static unsigned int lm_unwind_sleeping(struct task_struct *task, unsigned long *frames, bool *whole)
{
	struct unwind_state state;
	unsigned int depth = 0;
	unsigned long address;

	kasan_disable_current();
	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		address = unwind_get_return_address(&state);
		if (!address || depth == LM_DEPTH)
			break;
		frames[depth++] = address;
	}
	*whole = lm_unwind_was_whole(&state);
	kasan_enable_current();
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

/*
 * Who waits for a CPU with a return probe on its stack: from 5.18 to 6.9 the kernel's unwinder
 * complains, with a trace in the log, when it finds one on the stack of a task that is runnable.
 * (A sleeper that wakes in the middle of the walk is in the same place; that is rare, and so is
 * the complaint, which comes once a boot.)
 */
static bool lm_unwind_is_touchy(const struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	return lm_task_state(task) == TASK_RUNNING && READ_ONCE(task->rethooks.first);
#else
	return false;
#endif
}

static unsigned int lm_unwind_held(struct task_struct *task, unsigned long *frames, bool *whole)
{
	unsigned int depth = 0;

	if (lm_unwind_is_touchy(task))
		return 0;
#ifdef LM_HAVE_RCU_FREED_STACKS
	rcu_read_lock();
	if (refcount_read(&task->stack_refcount) && task_stack_page(task))
		depth = lm_unwind_sleeping(task, frames, whole);
	rcu_read_unlock();
#else
	if (try_get_task_stack(task)) {
		depth = lm_unwind_sleeping(task, frames, whole);
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
			break;
		frames[below->depth++] = address;
	}
	below->partial = !lm_unwind_was_whole(&state);
}

#else /* !LM_X86_UNWINDER */

/* This unwinder says nothing about its end: only that there is more than room for. */
static unsigned int lm_unwind_held(struct task_struct *task, unsigned long *frames, bool *whole)
{
#ifdef LM_HAVE_STACK_TRACE_SAVE_TSK
	/* One thread takes dumps. */
	static unsigned long all[LM_DEPTH + 1];
	/* Pins the stack by itself. */
	unsigned int depth = stack_trace_save_tsk(task, all, LM_DEPTH + 1, 0);

	*whole = depth <= LM_DEPTH;
	depth = min_t(unsigned int, depth, LM_DEPTH);
	memcpy(frames, all, depth * sizeof(*frames));
	return depth;
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
		/* With the interrupt's own frames before it, it had less room than others. */
		below->partial = depth == LM_DEPTH;
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

/*
 * Why a stack that is printed is true. Nobody holds the task: it may wake at any time, run, and
 * sleep somewhere else. The kernel counts each switch out of a task (nvcsw, nivcsw) before it
 * clears on_cpu, sets on_cpu before it switches the task in, and neither count ever goes back.
 *
 * A sleeper. The scan read the count, then saw it blocked in a state that is load. Here, later,
 * its on_cpu is clear and the count is still the same, before the first and after the last frame
 * is read:
 * - The count is the same, so the task was not switched out since the scan read it. It is not on a
 *   CPU, so it was not switched in, either; else it would have had to be switched out again. So it
 *   has been in one and the same sleep since before the scan saw its state, and that sleep's
 *   stack, which nobody writes to, is what was read. (A wake-up that has not led to a CPU yet
 *   changes nothing.)
 * - It came to a CPU while the stack was read: what it wrote there it wrote after on_cpu was set
 *   and a full barrier (or x86's order of stores). So whoever read a frame of that, reads on_cpu
 *   set afterwards, or a higher count.
 * - It was on its way into the sleep when the scan looked: then the count rose after the scan, and
 *   the stack is not printed. The scan waits a little for such a task.
 *
 * A task that waits for a CPU may have run since the scan. It is runnable and off the CPUs before
 * and after, with the same count, so it came to no CPU in between: it waited there all the time.
 */
static bool lm_unwind_is_as_seen(const struct lm_match *seen, unsigned long switches)
{
	struct task_struct *task = seen->task;

	if (lm_task_on_cpu(task) || lm_task_switches(task) != switches)
		return false;
	return seen->uninterruptible || lm_load_share(task) == LM_RUNNING;
}

static enum lm_unwound lm_unwind_try(struct lm_match *seen, unsigned long *frames,
				     unsigned int *depth)
{
	unsigned long switches = seen->switches;
	bool whole = false;

	*depth = 0;
	if (!seen->uninterruptible)
		switches = lm_task_switches(seen->task);
	/* The count before on_cpu: the other way round it might be that of the run before. */
	smp_rmb();
	if (!lm_unwind_is_as_seen(seen, switches))
		return LM_UNWIND_UNSTABLE;
	/* No frame is read before the first look... */
	smp_rmb();
	*depth = lm_unwind_held(seen->task, frames, &whole);
	/* ... and none after the second. */
	smp_rmb();
	if (!lm_unwind_is_as_seen(seen, switches)) {
		*depth = 0;
		return LM_UNWIND_UNSTABLE;
	}
	seen->switches = switches;
	if (*depth)
		return whole ? LM_UNWOUND : LM_UNWOUND_PARTLY;
	return lm_unwind_possible() ? LM_UNWIND_FAILED : LM_UNWIND_MISSING;
}

enum lm_unwound lm_unwind_task(struct lm_match *seen, unsigned long *frames,
			       unsigned int *depth)
{
	enum lm_unwound result = lm_unwind_try(seen, frames, depth);

	/* Another sleep stays another sleep; who waits for a CPU may have been passing one. */
	if (result == LM_UNWIND_UNSTABLE && !seen->uninterruptible)
		result = lm_unwind_try(seen, frames, depth);
	return result;
}
