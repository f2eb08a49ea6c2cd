// SPDX-License-Identifier: GPL-2.0-only
/*
 * One kernel thread takes a mutex and keeps it while it waits, in uninterruptible sleep, for an
 * answer that does not come before the module is removed; the others want the mutex. As when a
 * driver waits for its device under its lock.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>

static unsigned int waiters = 30;
module_param(waiters, uint, 0444);
MODULE_PARM_DESC(waiters, "this many threads want the mutex");

static DEFINE_MUTEX(held_mutex);
static DECLARE_COMPLETION(held_taken);
static DECLARE_COMPLETION(held_answer);
static struct task_struct *held_keeper;
static struct task_struct **held_crowd;
static unsigned int held_crowd_size;

static noinline void held_wait_for_device(void)
{
	wait_for_completion(&held_answer);
	barrier();
}

static noinline void held_ask_device(bool keeper)
{
	mutex_lock(&held_mutex);
	if (keeper) {
		complete(&held_taken);
		held_wait_for_device();
	}
	mutex_unlock(&held_mutex);
	barrier();
}

static int held_thread(void *keeper)
{
	held_ask_device(keeper);
	/* A thread must be there when it is told to stop. */
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static void held_stop(void)
{
	complete_all(&held_answer);
	while (held_crowd_size)
		kthread_stop(held_crowd[--held_crowd_size]);
	kvfree(held_crowd);
	if (held_keeper)
		kthread_stop(held_keeper);
}

static int __init held_gather(void)
{
	struct task_struct *thread;

	thread = kthread_run(held_thread, &held_mutex, "held-keeper");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	held_keeper = thread;
	wait_for_completion(&held_taken);
	held_crowd = kvcalloc(waiters, sizeof(*held_crowd), GFP_KERNEL);
	if (!held_crowd)
		return -ENOMEM;
	while (held_crowd_size < waiters) {
		thread = kthread_run(held_thread, NULL, "held-waiter");
		if (IS_ERR(thread))
			return PTR_ERR(thread);
		held_crowd[held_crowd_size++] = thread;
	}
	return 0;
}

static int __init held_init(void)
{
	int result = held_gather();

	if (result)
		held_stop();
	return result;
}

static void __exit held_exit(void)
{
	held_stop();
}

module_init(held_init);
module_exit(held_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A mutex that one thread keeps and others want");
