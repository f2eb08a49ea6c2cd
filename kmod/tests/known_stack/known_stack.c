// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parks kernel threads in known_outer() -> known_middle() -> known_inner(), each in another state,
 * so that a test knows the right answer frame by frame. What else only a module can do for a test:
 *
 *   parameters/by_bit   counts the threads whose state has the bit TASK_UNINTERRUPTIBLE, and of
 *                       these the idle workers (TASK_NOLOAD), which are no load
 *   parameters/hold     "MS CPU" stops a CPU with interrupts off for so long, CPU -1: all at once
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/smp.h>

enum known_kind {
	KNOWN_UNINTERRUPTIBLE,
	KNOWN_IDLE,
	KNOWN_KILLABLE,
	KNOWN_INTERRUPTIBLE,
	KNOWN_SPINNING,
	KNOWN_KINDS,
	/* Not one of each, but many. */
	KNOWN_HOPPING = KNOWN_KINDS,
};

static const char *const known_names[KNOWN_KINDS] = {
	[KNOWN_UNINTERRUPTIBLE] = "known-d",
	[KNOWN_IDLE] = "known-idle",
	[KNOWN_KILLABLE] = "known-killable",
	[KNOWN_INTERRUPTIBLE] = "known-sleep",
	[KNOWN_SPINNING] = "known-spin",
};

static const unsigned int known_states[KNOWN_KINDS] = {
	[KNOWN_UNINTERRUPTIBLE] = TASK_UNINTERRUPTIBLE,
	[KNOWN_IDLE] = TASK_IDLE,
	[KNOWN_KILLABLE] = TASK_KILLABLE,
	[KNOWN_INTERRUPTIBLE] = TASK_INTERRUPTIBLE,
};

static bool spin;
module_param(spin, bool, 0444);
MODULE_PARM_DESC(spin, "only one thread, and it spins");

static unsigned int crowd;
module_param(crowd, uint, 0444);
MODULE_PARM_DESC(crowd, "this many more threads in uninterruptible sleep");

static unsigned int hop;
module_param(hop, uint, 0444);
MODULE_PARM_DESC(hop, "threads that sleep by turns in D in known_left(), in S in known_right()");

static unsigned int hop_us = 20000;
module_param(hop_us, uint, 0644);
MODULE_PARM_DESC(hop_us, "how long each of them sleeps in one place, in microseconds");

static bool park = true;
module_param(park, bool, 0444);
MODULE_PARM_DESC(park, "one thread parked in each state");

/* The longest that a test needs, and shorter than what any watchdog looks for. */
#define KNOWN_HOLD_MAX_MS 1000

static unsigned int known_state(const struct task_struct *task)
{
#ifdef KNOWN_HAVE___STATE
	return READ_ONCE(task->__state);
#else
	return READ_ONCE(task->state);
#endif
}

static int known_by_bit(char *page, const struct kernel_param *parameter)
{
	struct task_struct *process, *thread;
	unsigned int by_bit = 0, idle = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (!(known_state(thread) & TASK_UNINTERRUPTIBLE))
			continue;
		by_bit++;
		idle += !!(known_state(thread) & TASK_NOLOAD);
	}
	rcu_read_unlock();
	return sysfs_emit(page, "%u %u\n", by_bit, idle);
}

static const struct kernel_param_ops known_by_bit_ops = { .get = known_by_bit };
module_param_cb(by_bit, &known_by_bit_ops, NULL, 0444);
MODULE_PARM_DESC(by_bit, "threads with the bit TASK_UNINTERRUPTIBLE; idle ones of these");

static void known_hold_here(void *milliseconds)
{
	mdelay((unsigned long)milliseconds);
}

static int known_hold(const char *text, const struct kernel_param *parameter)
{
	unsigned long milliseconds;
	int cpu;

	if (sscanf(text, "%lu %d", &milliseconds, &cpu) != 2 || milliseconds > KNOWN_HOLD_MAX_MS)
		return -EINVAL;
	if (cpu >= 0)
		return smp_call_function_single(cpu, known_hold_here, (void *)milliseconds, 1);
	on_each_cpu(known_hold_here, (void *)milliseconds, 1);
	return 0;
}

static const struct kernel_param_ops known_hold_ops = { .set = known_hold };
module_param_cb(hold, &known_hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "\"MS CPU\" stops a CPU with interrupts off");

static struct task_struct *known_threads[KNOWN_KINDS];
static struct task_struct **known_crowd;
static unsigned int known_crowd_size;

/* The crowd, all at once: one after the other takes seconds where others want the CPU. */
static bool known_leaves;

static bool known_should_stop(void)
{
	return READ_ONCE(known_leaves) || kthread_should_stop();
}

static noinline void known_inner(enum known_kind kind)
{
	if (kind == KNOWN_SPINNING) {
		while (!known_should_stop()) {
			cpu_relax();
			if (need_resched())
				cond_resched();
		}
		return;
	}
	for (;;) {
		set_current_state(known_states[kind]);
		if (known_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static void known_nap(unsigned int state)
{
	ktime_t time = ns_to_ktime((u64)READ_ONCE(hop_us) * NSEC_PER_USEC);

	set_current_state(state);
	schedule_hrtimeout(&time, HRTIMER_MODE_REL);
}

static noinline void known_left(void)
{
	known_nap(TASK_UNINTERRUPTIBLE);
	barrier();
}

static noinline void known_right(void)
{
	known_nap(TASK_INTERRUPTIBLE);
	barrier();
}

/* The empty statements keep the calls from becoming jumps. */
static noinline void known_middle(enum known_kind kind)
{
	known_inner(kind);
	barrier();
}

static noinline void known_outer(enum known_kind kind)
{
	known_middle(kind);
	barrier();
}

static int known_thread(void *kind)
{
	if ((long)kind != KNOWN_HOPPING) {
		known_outer((enum known_kind)(long)kind);
		return 0;
	}
	while (!known_should_stop()) {
		known_left();
		known_right();
	}
	return 0;
}

static void known_stop(void)
{
	unsigned int i;
	int kind;

	for (kind = 0; kind < KNOWN_KINDS; kind++)
		if (known_threads[kind])
			kthread_stop(known_threads[kind]);
	WRITE_ONCE(known_leaves, true);
	for (i = 0; i < known_crowd_size; i++)
		wake_up_process(known_crowd[i]);
	for (i = 0; i < known_crowd_size; i++) {
		kthread_stop(known_crowd[i]);
		put_task_struct(known_crowd[i]);
	}
	kvfree(known_crowd);
}

/* Those that hop come last: a dump looks at them first a walk of all others after it saw them. */
static int __init known_gather(void)
{
	unsigned int most = crowd + hop;
	struct task_struct *thread;
	bool hops;

	if (!most)
		return 0;
	known_crowd = kvcalloc(most, sizeof(*known_crowd), GFP_KERNEL);
	if (!known_crowd)
		return -ENOMEM;
	while (known_crowd_size < most) {
		hops = known_crowd_size >= crowd;
		thread = kthread_run(known_thread,
				     (void *)(long)(hops ? KNOWN_HOPPING : KNOWN_UNINTERRUPTIBLE),
				     hops ? "known-hop" : "known-crowd");
		if (IS_ERR(thread))
			return PTR_ERR(thread);
		/* It may leave before it is waited for. */
		get_task_struct(thread);
		known_crowd[known_crowd_size++] = thread;
	}
	return 0;
}

static int __init known_init(void)
{
	struct task_struct *thread;
	long kind;
	int result;

	for (kind = 0; kind < KNOWN_KINDS; kind++) {
		bool spins = kind == KNOWN_SPINNING;

		if (spins != spin || !park)
			continue;
		thread = kthread_run(known_thread, (void *)kind, "%s", known_names[kind]);
		if (IS_ERR(thread)) {
			known_stop();
			return PTR_ERR(thread);
		}
		known_threads[kind] = thread;
	}
	result = known_gather();
	if (result)
		known_stop();
	return result;
}

static void __exit known_exit(void)
{
	known_stop();
}

module_init(known_init);
module_exit(known_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests: kernel threads with known stacks");
