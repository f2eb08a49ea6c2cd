// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/string.h>

#include "compat.h"
#include "holders.h"
#include "locks_self_test.h"
#include "scan.h"
#include "unwind.h"
#include "waits.h"
#include "waits_stack.h"

/*
 * The kernel's own structures for who waits are private, a vendor may have changed any of them, and
 * so may a compiler how its code keeps a lock's address. A claim that is wrong is worse than none.
 * So it is tried: this thread takes a lock, another one waits for it, and it must be found there,
 * with that lock and this owner.
 */
struct lm_trial {
	enum lm_lock_kind kind;
	bool read;
	/* Its kind is told without it, too: where the kernel notes only who cannot be killed. */
	bool killable;
	/* Where the kernel has it. */
	const void *lock;
	/* Of who has it, and of who waits. */
	void (*take)(void);
	void (*give)(void);
	void (*want)(void);
	void (*leave)(void);
};

/*
 * A waiter gets to its sleep in microseconds, but a host may take its virtual CPU away meanwhile,
 * also in the middle of the switch.
 */
#define LM_TRIAL_LOOKS 5000
#define LM_TRIAL_PAUSE_US 200
#define LM_TRIAL_TRIES 10

static DEFINE_MUTEX(lm_trial_mutex);
static struct semaphore lm_trial_semaphore;
static struct percpu_rw_semaphore lm_trial_percpu_rwsem;

static void lm_trial_mutex_lock(void)
{
	mutex_lock(&lm_trial_mutex);
}

static void lm_trial_mutex_unlock(void)
{
	mutex_unlock(&lm_trial_mutex);
}

#ifndef CONFIG_PREEMPT_RT
static DECLARE_RWSEM(lm_trial_rwsem);

static void lm_trial_down_write(void)
{
	down_write(&lm_trial_rwsem);
}

static void lm_trial_up_write(void)
{
	up_write(&lm_trial_rwsem);
}

/* Nobody kills who waits here. */
static void lm_trial_down_write_killable(void)
{
	while (down_write_killable(&lm_trial_rwsem))
		cond_resched();
}

static void lm_trial_down_read_killable(void)
{
	while (down_read_killable(&lm_trial_rwsem))
		cond_resched();
}

static void lm_trial_down_read(void)
{
	down_read(&lm_trial_rwsem);
}

static void lm_trial_up_read(void)
{
	up_read(&lm_trial_rwsem);
}
#endif

static void lm_trial_down(void)
{
	down(&lm_trial_semaphore);
}

static void lm_trial_up(void)
{
	up(&lm_trial_semaphore);
}

static void lm_trial_percpu_down_write(void)
{
	percpu_down_write(&lm_trial_percpu_rwsem);
}

static void lm_trial_percpu_up_write(void)
{
	percpu_up_write(&lm_trial_percpu_rwsem);
}

static void lm_trial_percpu_down_read(void)
{
	percpu_down_read(&lm_trial_percpu_rwsem);
}

static void lm_trial_percpu_up_read(void)
{
	percpu_up_read(&lm_trial_percpu_rwsem);
}

#ifdef LM_HAVE_PI_BLOCKED_ON
static DEFINE_RT_MUTEX(lm_trial_rt_mutex);

static void lm_trial_rt_mutex_lock(void)
{
	rt_mutex_lock(&lm_trial_rt_mutex);
}

static void lm_trial_rt_mutex_unlock(void)
{
	rt_mutex_unlock(&lm_trial_rt_mutex);
}
#endif

static const struct lm_trial lm_trials[] = {
#ifdef CONFIG_PREEMPT_RT
	{ LM_RT_MUTEX, false, false, &lm_trial_mutex, lm_trial_mutex_lock, lm_trial_mutex_unlock,
	  lm_trial_mutex_lock, lm_trial_mutex_unlock },
#else
	{ LM_MUTEX, false, false, &lm_trial_mutex, lm_trial_mutex_lock, lm_trial_mutex_unlock,
	  lm_trial_mutex_lock, lm_trial_mutex_unlock },
	{ LM_RWSEM, false, false, &lm_trial_rwsem, lm_trial_down_write, lm_trial_up_write,
	  lm_trial_down_write, lm_trial_up_write },
	{ LM_RWSEM, true, false, &lm_trial_rwsem, lm_trial_down_write, lm_trial_up_write,
	  lm_trial_down_read, lm_trial_up_read },
	{ LM_RWSEM, false, true, &lm_trial_rwsem, lm_trial_down_write, lm_trial_up_write,
	  lm_trial_down_write_killable, lm_trial_up_write },
	{ LM_RWSEM, true, true, &lm_trial_rwsem, lm_trial_down_write, lm_trial_up_write,
	  lm_trial_down_read_killable, lm_trial_up_read },
#endif
	{ LM_SEMAPHORE, false, false, &lm_trial_semaphore, lm_trial_down, lm_trial_up,
	  lm_trial_down, lm_trial_up },
	{ LM_PERCPU_RWSEM, true, false, &lm_trial_percpu_rwsem, lm_trial_percpu_down_write,
	  lm_trial_percpu_up_write, lm_trial_percpu_down_read, lm_trial_percpu_up_read },
#ifdef LM_HAVE_PI_BLOCKED_ON
	{ LM_RT_MUTEX, false, false, &lm_trial_rt_mutex, lm_trial_rt_mutex_lock,
	  lm_trial_rt_mutex_unlock, lm_trial_rt_mutex_lock, lm_trial_rt_mutex_unlock },
#endif
};

static const char *const lm_trial_names[LM_LOCK_KINDS] = {
	[LM_MUTEX] = "mutex",
	[LM_RWSEM] = "rwsem",
	[LM_SEMAPHORE] = "semaphore",
	[LM_RT_MUTEX] = "rt_mutex",
	[LM_PERCPU_RWSEM] = "percpu_rwsem",
};

static char lm_locks_told_text[80];

static int lm_trial_thread(void *data)
{
	const struct lm_trial *trial = data;

	trial->want();
	trial->leave();
	/* A thread must be there when it is told to stop. */
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static bool lm_trial_sleeps(struct lm_match *match)
{
	unsigned int look;

	for (look = 0; look < LM_TRIAL_LOOKS; look++) {
		lm_scan_other(match);
		if (lm_share_sleeps(match->share) && match->share != LM_ASLEEP && !match->on_cpu)
			return true;
		lm_doze(LM_TRIAL_PAUSE_US);
	}
	return false;
}

static bool lm_trial_finds(const struct lm_trial *trial, struct lm_match *match)
{
	/* Too large for a stack. */
	static struct lm_frames frames;
	struct lm_holding holding;
	struct lm_wait wait;

	if (lm_unwind_task(match, &frames) == LM_UNWIND_UNSTABLE ||
	    !lm_waits_find(match, &frames, &wait))
		return false;
	if (wait.lock != (unsigned long)trial->lock || wait.kind != trial->kind ||
	    wait.read != trial->read)
		return false;
	if (!lm_holders_read(wait.lock, wait.kind, &holding))
		return false;
	if (trial->kind == LM_PERCPU_RWSEM)
		return holding.held == LM_HELD_WRITE && !holding.owner;
	if (trial->kind != LM_SEMAPHORE)
		return holding.held == LM_HELD_WRITE && holding.owner == (unsigned long)current;
	return holding.held == LM_HELD_UNKNOWN || holding.owner == (unsigned long)current;
}

/* 1: found, 0: not found, or an error. */
static int lm_trial_run(const struct lm_trial *trial)
{
	struct lm_match match = { };
	unsigned int try;
	bool found = false;

	trial->take();
	match.task = kthread_create(lm_trial_thread, (void *)trial, "loadmon_trial");
	if (IS_ERR(match.task)) {
		trial->give();
		return PTR_ERR(match.task);
	}
	/* On a machine in trouble an ordinary thread would not get to its sleep. */
	sched_set_fifo_low(match.task);
	wake_up_process(match.task);
	for (try = 0; try < LM_TRIAL_TRIES && !found; try++) {
		if (!lm_trial_sleeps(&match))
			break;
		found = lm_trial_finds(trial, &match);
		if (!found)
			lm_doze(LM_TRIAL_PAUSE_US * (1 << try));
	}
	trial->give();
	kthread_stop(match.task);
	return found;
}

/* The names of kinds, by bits, separated by commas. */
static void lm_trial_list(char *to, size_t size, unsigned int kinds)
{
	const char *separator = "";
	unsigned int kind, used = 0;

	to[0] = '\0';
	for (kind = 0; kind < LM_LOCK_KINDS; kind++) {
		if (!(kinds & BIT(kind)))
			continue;
		used += scnprintf(to + used, size - used, "%s%s", separator, lm_trial_names[kind]);
		separator = ",";
	}
}

/* The kinds of these that are found, or an error. */
static int lm_trial_all(unsigned int kinds)
{
	int found = percpu_init_rwsem(&lm_trial_percpu_rwsem);
	unsigned int i;

	if (found)
		return found;
	sema_init(&lm_trial_semaphore, 1);
	lm_waits_trust(kinds);
	lm_waits_stack_learn(true);
	for (i = 0; i < ARRAY_SIZE(lm_trials) && found >= 0; i++) {
		if (!(kinds & BIT(lm_trials[i].kind)))
			continue;
		found = lm_trial_run(lm_trials + i);
		if (!found && !lm_trials[i].killable)
			kinds &= ~BIT(lm_trials[i].kind);
	}
	lm_waits_stack_learn(false);
	percpu_free_rwsem(&lm_trial_percpu_rwsem);
	return found < 0 ? found : kinds;
}

int lm_locks_self_test(bool wanted)
{
	unsigned int ways = wanted ? lm_waits_ways() : 0;
	int told = ways ? lm_trial_all(ways) : 0;
	char names[64];

	lm_locks_told_text[0] = '\0';
	if (told < 0)
		return told;
	lm_waits_trust(told);
	lm_trial_list(names, sizeof(names), told);
	if (told)
		scnprintf(lm_locks_told_text, sizeof(lm_locks_told_text), " locks=%s", names);
	if (told == ways)
		return 0;
	lm_trial_list(names, sizeof(names), ways & ~told);
	pr_warn("locks of the kind %s are laid out otherwise here, and left out of dumps\n", names);
	return 0;
}

const char *lm_locks_told(void)
{
	return lm_locks_told_text;
}
