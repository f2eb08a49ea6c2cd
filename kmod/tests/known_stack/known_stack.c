// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parks kernel threads in known_outer() -> known_middle() -> known_inner(), each in another state,
 * so that a test knows the right answer frame by frame.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>

enum known_kind {
	KNOWN_UNINTERRUPTIBLE,
	KNOWN_IDLE,
	KNOWN_KILLABLE,
	KNOWN_INTERRUPTIBLE,
	KNOWN_SPINNING,
	KNOWN_KINDS,
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

static struct task_struct *known_threads[KNOWN_KINDS];
static struct task_struct **known_crowd;
static unsigned int known_crowd_size;

static noinline void known_inner(enum known_kind kind)
{
	if (kind == KNOWN_SPINNING) {
		while (!kthread_should_stop()) {
			cpu_relax();
			if (need_resched())
				cond_resched();
		}
		return;
	}
	for (;;) {
		set_current_state(known_states[kind]);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
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
	known_outer((enum known_kind)(long)kind);
	return 0;
}

static void known_stop(void)
{
	int kind;

	for (kind = 0; kind < KNOWN_KINDS; kind++)
		if (known_threads[kind])
			kthread_stop(known_threads[kind]);
	while (known_crowd_size)
		kthread_stop(known_crowd[--known_crowd_size]);
	kvfree(known_crowd);
}

static int __init known_gather(void)
{
	struct task_struct *thread;

	if (!crowd)
		return 0;
	known_crowd = kvcalloc(crowd, sizeof(*known_crowd), GFP_KERNEL);
	if (!known_crowd)
		return -ENOMEM;
	while (known_crowd_size < crowd) {
		thread = kthread_run(known_thread, (void *)KNOWN_UNINTERRUPTIBLE, "known-crowd");
		if (IS_ERR(thread))
			return PTR_ERR(thread);
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

		if (spins != spin)
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
MODULE_DESCRIPTION("Kernel threads with known stacks");
