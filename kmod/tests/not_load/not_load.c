// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts kernel threads into sleeps that look like load and are none, and keeps them there while a
 * test takes a dump:
 *
 *   parameters/blocked   a thread waits for a held spinlock_t, which with PREEMPT_RT is a sleep
 *   parameters/delayed   a thread sleeps in S, but the scheduler keeps it in its queue until it has
 *                        made up for the time that it had too much of
 *
 * 1 returns as soon as there is such a thread, 0 ends it. Reading says "1" while it is one, at that
 * moment and since 1 was written, else "0", and "none" where this kernel has no such sleep.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

enum not_load_role {
	NOT_LOAD_BLOCKER,
	NOT_LOAD_BLOCKED,
	NOT_LOAD_HOG,
	NOT_LOAD_DELAYED,
	NOT_LOAD_KEEPER,
	NOT_LOAD_ROLES,
};

/* All are on this CPU: the test and load_monitor have the other one. */
#define NOT_LOAD_CPU 1

/* How long it may take to make such a sleeper. */
#define NOT_LOAD_MAKE_MS 10000

/* How long a CPU is kept, at most: no watchdog is to look for it. */
#define NOT_LOAD_KEEP_MS 5000

/* Less than a slice, so that it goes by itself, and more than its share beside the hog. */
#define NOT_LOAD_BURN_US 1000

static struct task_struct *not_load_threads[NOT_LOAD_ROLES];

static bool not_load_start(enum not_load_role role, int (*run)(void *unused), const char *name)
{
	struct task_struct *thread = kthread_create(run, NULL, "%s", name);

	if (IS_ERR(thread))
		return false;
	kthread_bind(thread, NOT_LOAD_CPU);
	if (role == NOT_LOAD_KEEPER)
		sched_set_fifo_low(thread);
	not_load_threads[role] = thread;
	wake_up_process(thread);
	return true;
}

static void not_load_stop(enum not_load_role role)
{
	if (not_load_threads[role])
		kthread_stop(not_load_threads[role]);
	not_load_threads[role] = NULL;
}

static void not_load_burn(unsigned int us)
{
	ktime_t end = ktime_add_us(ktime_get(), us);

	while (ktime_before(ktime_get(), end) && !kthread_should_stop())
		cpu_relax();
}

static int not_load_hog(void *unused)
{
	while (!kthread_should_stop()) {
		not_load_burn(NOT_LOAD_BURN_US);
		cond_resched();
	}
	return 0;
}

#ifdef CONFIG_PREEMPT_RT
#define NOT_LOAD_CAN_BLOCK true

static bool not_load_is_blocked(const struct task_struct *thread)
{
	return thread && !READ_ONCE(thread->on_rq) &&
	       (READ_ONCE(thread->__state) & TASK_RTLOCK_WAIT);
}
#else
#define NOT_LOAD_CAN_BLOCK false

static bool not_load_is_blocked(const struct task_struct *thread)
{
	return false;
}
#endif

/* For who blocks and who is blocked; it guards nothing. */
static DEFINE_SPINLOCK(not_load_lock);
static DECLARE_COMPLETION(not_load_locked);

/* It keeps the CPU that the other one needs: who sees the holder run elsewhere does not sleep. */
static int not_load_block(void *unused)
{
	spin_lock(&not_load_lock);
	complete(&not_load_locked);
	while (!kthread_should_stop())
		cpu_relax();
	spin_unlock(&not_load_lock);
	return 0;
}

static int not_load_be_blocked(void *unused)
{
	spin_lock(&not_load_lock);
	spin_unlock(&not_load_lock);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static bool not_load_make_blocked(void)
{
	unsigned int left = NOT_LOAD_MAKE_MS / 20;

	reinit_completion(&not_load_locked);
	if (!not_load_start(NOT_LOAD_BLOCKER, not_load_block, "blocker"))
		return false;
	wait_for_completion(&not_load_locked);
	if (!not_load_start(NOT_LOAD_BLOCKED, not_load_be_blocked, "blocked"))
		return false;
	while (!not_load_is_blocked(not_load_threads[NOT_LOAD_BLOCKED]) && left--)
		msleep(20);
	return not_load_is_blocked(not_load_threads[NOT_LOAD_BLOCKED]);
}

/* The holder first: nobody ends while he waits for it. */
static void not_load_end_blocked(void)
{
	not_load_stop(NOT_LOAD_BLOCKER);
	not_load_stop(NOT_LOAD_BLOCKED);
}

#ifdef NOT_LOAD_HAVE_SCHED_DELAYED
#define NOT_LOAD_CAN_DELAY true

/* All that makes it so is to be of one moment: on its own CPU, or while the keeper keeps that. */
static bool not_load_is_delayed(const struct task_struct *thread)
{
	return READ_ONCE(thread->on_rq) && READ_ONCE(thread->se.sched_delayed) &&
	       READ_ONCE(thread->__state) == TASK_INTERRUPTIBLE;
}
#else
#define NOT_LOAD_CAN_DELAY false

static bool not_load_is_delayed(const struct task_struct *thread)
{
	return false;
}
#endif

static DECLARE_COMPLETION(not_load_is_kept);
static bool not_load_kept;

/* Whoever had more than its share is not taken from the queue when it goes to sleep. */
static int not_load_be_delayed(void *unused)
{
	while (!kthread_should_stop()) {
		not_load_burn(NOT_LOAD_BURN_US);
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

/*
 * A delayed thread leaves the queue when the scheduler comes to it in its search for the next one
 * to run, so nobody else runs on its CPU; interrupts come through, for the dump asks by them.
 */
static bool not_load_keep(void)
{
	ktime_t end = ktime_add_ms(ktime_get(), NOT_LOAD_KEEP_MS);
	bool delayed;

	preempt_disable();
	delayed = not_load_is_delayed(not_load_threads[NOT_LOAD_DELAYED]);
	if (delayed) {
		WRITE_ONCE(not_load_kept, true);
		complete(&not_load_is_kept);
		while (!kthread_should_stop() && ktime_before(ktime_get(), end))
			cpu_relax();
		WRITE_ONCE(not_load_kept, false);
	}
	preempt_enable();
	return delayed;
}

/* Runs before the others when it wants to. Nobody else wakes the one that is to be delayed. */
static int not_load_keeper(void *unused)
{
	while (!kthread_should_stop() && !not_load_keep()) {
		wake_up_process(not_load_threads[NOT_LOAD_DELAYED]);
		usleep_range(200, 300);
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static bool not_load_make_delayed(void)
{
	reinit_completion(&not_load_is_kept);
	return not_load_start(NOT_LOAD_HOG, not_load_hog, "delayer") &&
	       not_load_start(NOT_LOAD_DELAYED, not_load_be_delayed, "delayed") &&
	       not_load_start(NOT_LOAD_KEEPER, not_load_keeper, "keeper") &&
	       wait_for_completion_timeout(&not_load_is_kept, msecs_to_jiffies(NOT_LOAD_MAKE_MS));
}

/* The keeper first: it wakes the other, and nobody else gets the CPU. */
static void not_load_end_delayed(void)
{
	not_load_stop(NOT_LOAD_KEEPER);
	not_load_stop(NOT_LOAD_DELAYED);
	not_load_stop(NOT_LOAD_HOG);
}

struct not_load_sleep {
	bool possible;
	bool (*make)(void);
	void (*end)(void);
	bool (*is)(void);
};

static bool not_load_blocked_now(void)
{
	return not_load_is_blocked(not_load_threads[NOT_LOAD_BLOCKED]);
}

static bool not_load_delayed_now(void)
{
	return READ_ONCE(not_load_kept) && not_load_is_delayed(not_load_threads[NOT_LOAD_DELAYED]);
}

static const struct not_load_sleep not_load_blocked = {
	.possible = NOT_LOAD_CAN_BLOCK,
	.make = not_load_make_blocked,
	.end = not_load_end_blocked,
	.is = not_load_blocked_now,
};

static const struct not_load_sleep not_load_delayed = {
	.possible = NOT_LOAD_CAN_DELAY,
	.make = not_load_make_delayed,
	.end = not_load_end_delayed,
	.is = not_load_delayed_now,
};

/* Readers and writers of a module's parameters take turns. */
static int not_load_set(const char *text, const struct kernel_param *parameter)
{
	const struct not_load_sleep *asked = parameter->arg;
	bool wanted;
	int result = kstrtobool(text, &wanted);

	if (result)
		return result;
	asked->end();
	if (!wanted)
		return 0;
	if (!asked->possible)
		return -EOPNOTSUPP;
	if (asked->make())
		return 0;
	asked->end();
	return -ETIMEDOUT;
}

static int not_load_get(char *page, const struct kernel_param *parameter)
{
	const struct not_load_sleep *asked = parameter->arg;

	if (!asked->possible)
		return sysfs_emit(page, "none\n");
	return sysfs_emit(page, "%d\n", asked->is());
}

static const struct kernel_param_ops not_load_ops = { .set = not_load_set, .get = not_load_get };
module_param_cb(blocked, &not_load_ops, (void *)&not_load_blocked, 0600);
MODULE_PARM_DESC(blocked, "1 blocks a thread at a spinlock_t, 0 ends it");
module_param_cb(delayed, &not_load_ops, (void *)&not_load_delayed, 0600);
MODULE_PARM_DESC(delayed, "1 keeps a sleeper in its CPU's queue, 0 ends it");

static int __init not_load_init(void)
{
	return 0;
}

static void __exit not_load_exit(void)
{
	not_load_end_blocked();
	not_load_end_delayed();
}

module_init(not_load_init);
module_exit(not_load_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests: sleepers that look like load and are none");
