// SPDX-License-Identifier: GPL-2.0-only
/* Who may be unwound, when what comes out is true, and the hold on the stack meanwhile. */
#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#include "compat.h"
#include "load.h"
#include "scan.h"
#include "unwinder.h"

static atomic_t lm_unwind_kept_tasks = ATOMIC_INIT(0);

unsigned int lm_unwind_kept(void)
{
	return atomic_read(&lm_unwind_kept_tasks);
}

/*
 * A dying task's stack is freed long before its task_struct, and put_task_stack() is exported
 * nowhere. So the reference that was taken is given back as long as somebody else has one. Should
 * the task have died in these few microseconds, nobody here can free the stack any more: then the
 * task itself is kept for ever. That costs some 26 kB in an event hardly ever seen, and is counted.
 *
 * RCU does not keep a stack mapped. From 5.18 on a stack that is freed waits for a grace period,
 * but one in a CPU's cache of stacks does not: alloc_thread_stack_node() takes it out for a fork,
 * and vfree()s it at once when the control group of who forks is at its limit of memory.
 */
static void lm_unwind_release(struct task_struct *task)
{
#ifdef LM_HAVE_PUT_TASK_STACK
	put_task_stack(task);
#elif defined(CONFIG_THREAD_INFO_IN_TASK)
	if (refcount_dec_not_one(&task->stack_refcount))
		return;
	get_task_struct(task);
	atomic_inc(&lm_unwind_kept_tasks);
#endif
}

static void lm_unwind_held(struct task_struct *task, struct lm_frames *frames)
{
	frames->depth = 0;
	if (!try_get_task_stack(task))
		return;
	lm_unwinder_walk(task, frames);
	lm_unwind_release(task);
}

/*
 * Why a stack that is printed is true. Nobody holds the task: it may wake at any time, run, and
 * sleep somewhere else. The kernel counts each switch out of a task (nvcsw, nivcsw) before it
 * clears on_cpu, sets on_cpu before it switches the task in, and neither count ever goes back.
 *
 * A sleeper. The scan read the count, then saw it blocked in a state that is load, or asleep and
 * still in the queue. Here, later, its on_cpu is clear and the count is still the same, before the
 * first and after the last frame is read:
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
	return lm_share_sleeps(seen->share) || lm_load_share(task) == LM_RUNNING;
}

bool lm_unwind_still_sleeps(const struct lm_match *seen)
{
	return lm_share_sleeps(seen->share) && lm_unwind_is_as_seen(seen, seen->switches);
}

/*
 * A sleeper that was woken is on its way to a CPU, and maybe to its end: a crowd that is told to
 * end would die while its stacks are held, and each of them be kept. It is left alone. (One that
 * is woken after this look is read all the same: its stack is still true.)
 */
static bool lm_unwind_was_woken(const struct lm_match *seen)
{
	return lm_share_sleeps(seen->share) && lm_task_state(seen->task) == TASK_RUNNING;
}

static enum lm_unwound lm_unwind_try(struct lm_match *seen, struct lm_frames *frames)
{
	unsigned long switches = seen->switches;

	frames->depth = 0;
	if (!lm_share_sleeps(seen->share))
		switches = lm_task_switches(seen->task);
	/* The count before on_cpu: the other way round it might be that of the run before. */
	smp_rmb();
	if (!lm_unwind_is_as_seen(seen, switches) || lm_unwind_was_woken(seen))
		return LM_UNWIND_UNSTABLE;
	/* No frame is read before the first look... */
	smp_rmb();
	lm_unwind_held(seen->task, frames);
	/* ... and none after the second. */
	smp_rmb();
	if (!lm_unwind_is_as_seen(seen, switches)) {
		frames->depth = 0;
		return LM_UNWIND_UNSTABLE;
	}
	seen->switches = switches;
	return frames->depth ? LM_UNWOUND : LM_UNWIND_FAILED;
}

enum lm_unwound lm_unwind_task(struct lm_match *seen, struct lm_frames *frames)
{
	enum lm_unwound result = lm_unwind_try(seen, frames);

	/* Another sleep stays another sleep; who waits for a CPU may have been passing one. */
	if (result == LM_UNWIND_UNSTABLE && !lm_share_sleeps(seen->share))
		result = lm_unwind_try(seen, frames);
	return result;
}
