// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a load monitor works that does it all at once, to be measured beside load_monitor: a timer in
 * hard interrupt context walks all threads under one RCU lock, takes those whose state is
 * TASK_RUNNING, then those whose state has the bit TASK_UNINTERRUPTIBLE, and prints up to 20 frames
 * of each with printk (all of them where modules have no unwinder). For tests only: with many tasks
 * it stops a CPU for seconds.
 *
 *   echo count > parameters/fire    counts by that rule, prints nothing
 *   echo print > parameters/fire    prints, too
 *
 * The write returns when it is done; the other parameters then say what came out.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#ifdef CONFIG_X86
#include <asm/unwind.h>
#else
#include <linux/sched/debug.h>
#endif

#define ORIGINAL_DEPTH 20

static struct hrtimer original_timer;
static DECLARE_COMPLETION(original_done);
static bool original_prints;

static unsigned long long took_ns;
module_param(took_ns, ullong, 0444);
MODULE_PARM_DESC(took_ns, "nanoseconds in hard interrupt context, under one RCU lock");

static unsigned int running;
module_param(running, uint, 0444);
MODULE_PARM_DESC(running, "threads whose state is TASK_RUNNING");

static unsigned int uninterruptible;
module_param(uninterruptible, uint, 0444);
MODULE_PARM_DESC(uninterruptible, "threads whose state has the bit TASK_UNINTERRUPTIBLE");

static unsigned int idle;
module_param(idle, uint, 0444);
MODULE_PARM_DESC(idle, "how many of these the kernel does not count as load: idle workers");

static unsigned int original_state(const struct task_struct *task)
{
#ifdef ORIGINAL_HAVE___STATE
	return READ_ONCE(task->__state);
#else
	return READ_ONCE(task->state);
#endif
}

static void original_print(struct task_struct *task, const char *kind)
{
#ifdef CONFIG_X86
	struct unwind_state state;
	unsigned long address;
	int depth = 0;
#endif

	pr_info("%s task %s, pid %d\n", kind, task->comm, task->pid);
#ifdef CONFIG_X86
	/* The unwinder reads a running task's stack as little as any other tool does. */
	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		address = unwind_get_return_address(&state);
		if (!address || depth++ == ORIGINAL_DEPTH)
			break;
		pr_info(" %pB\n", (void *)address);
	}
#else
	sched_show_task(task);
#endif
}

static enum hrtimer_restart original_look(struct hrtimer *timer)
{
	struct task_struct *process, *thread;
	u64 begin = ktime_get_ns();
	unsigned int state;

	running = 0;
	uninterruptible = 0;
	idle = 0;
	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (original_state(thread) != TASK_RUNNING)
			continue;
		running++;
		if (original_prints)
			original_print(thread, "running");
	}
	for_each_process_thread(process, thread) {
		state = original_state(thread);
		if (!(state & TASK_UNINTERRUPTIBLE))
			continue;
		uninterruptible++;
		idle += !!(state & TASK_NOLOAD);
		if (original_prints)
			original_print(thread, "uninterruptible");
	}
	rcu_read_unlock();
	took_ns = ktime_get_ns() - begin;
	complete(&original_done);
	return HRTIMER_NORESTART;
}

static int original_fire(const char *text, const struct kernel_param *parameter)
{
	if (!sysfs_streq(text, "print") && !sysfs_streq(text, "count"))
		return -EINVAL;
	original_prints = sysfs_streq(text, "print");
	reinit_completion(&original_done);
	hrtimer_start(&original_timer, ms_to_ktime(5), HRTIMER_MODE_REL_PINNED_HARD);
	return wait_for_completion_interruptible(&original_done);
}

static const struct kernel_param_ops original_fire_ops = { .set = original_fire };
module_param_cb(fire, &original_fire_ops, NULL, 0200);
MODULE_PARM_DESC(fire, "\"count\" or \"print\"");

static int __init original_init(void)
{
#ifdef ORIGINAL_HAVE_HRTIMER_SETUP
	hrtimer_setup(&original_timer, original_look, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(&original_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	original_timer.function = original_look;
#endif
	return 0;
}

static void __exit original_exit(void)
{
	hrtimer_cancel(&original_timer);
}

module_init(original_init);
module_exit(original_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests: dumps all at once in hard interrupt context");
