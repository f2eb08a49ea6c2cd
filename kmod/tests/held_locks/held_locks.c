// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel threads that hold locks, and others that wait for them, so that a test knows who holds
 * what. "scene" says which:
 *
 *   kinds   one lock of each kind, its owner asleep in S; one that three share
 *   nested  deep-4 waits for deep-3, that one for deep-2, that one for deep-1, who sleeps in S
 *   cpu     the owner is on a CPU
 *   gone    the owners ended and kept their locks
 *   cycle   two that wait for each other, and a third
 *   crowd   "crowd" threads wait for one mutex
 *
 * When it is loaded its owners have their locks, and the others are on their way to wait.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/semaphore.h>

static char *scene = "kinds";
module_param(scene, charp, 0444);
MODULE_PARM_DESC(scene, "kinds, nested, cpu, gone, cycle or crowd");

static unsigned int crowd = 100;
module_param(crowd, uint, 0444);
MODULE_PARM_DESC(crowd, "so many threads wait for one mutex in the scene crowd");

enum held_what {
	HELD_NONE,
	HELD_MUTEX,
	HELD_FIRST,
	HELD_SECOND,
	HELD_THIRD,
	HELD_RWSEM,
	HELD_SHARED,
	HELD_SEMAPHORE,
	HELD_RT_MUTEX,
	HELD_PERCPU_RWSEM,
};

static DEFINE_MUTEX(held_mutex);
static DEFINE_MUTEX(held_first);
static DEFINE_MUTEX(held_second);
static DEFINE_MUTEX(held_third);
static DECLARE_RWSEM(held_rwsem);
static DECLARE_RWSEM(held_shared);
/* Not at run time: that makes keys for lockdep, which without it have another's address. */
static struct semaphore held_semaphore = __SEMAPHORE_INITIALIZER(held_semaphore, 1);
static DEFINE_RT_MUTEX(held_rt_mutex);
DEFINE_STATIC_PERCPU_RWSEM(held_percpu_rwsem);

enum held_then { HELD_SLEEPS, HELD_SPINS, HELD_ENDS };

struct held_role {
	const char *name;
	unsigned int count;
	enum held_what keeps;
	enum held_what wants;
	bool read;
	enum held_then then;
};

static const struct held_role held_kinds[] = {
	{ "own-mutex", 1, HELD_MUTEX },
	{ "own-rwsem", 1, HELD_RWSEM },
	{ "own-shared", 3, HELD_SHARED, .read = true },
	{ "own-semaphore", 1, HELD_SEMAPHORE },
	{ "own-rt", 1, HELD_RT_MUTEX },
	{ "own-percpu", 1, HELD_PERCPU_RWSEM },
	{ "wait-mutex", 3, .wants = HELD_MUTEX },
	{ "wait-reader", 2, .wants = HELD_RWSEM, .read = true },
	{ "wait-writer", 3, .wants = HELD_RWSEM },
	{ "wait-shared", 2, .wants = HELD_SHARED },
	{ "wait-semaphore", 3, .wants = HELD_SEMAPHORE },
	{ "wait-rt", 3, .wants = HELD_RT_MUTEX },
	{ "wait-percpu", 3, .wants = HELD_PERCPU_RWSEM, .read = true },
	{ }
};

static const struct held_role held_nested[] = {
	{ "deep-1", 1, HELD_FIRST },
	{ "deep-2", 1, HELD_SECOND, HELD_FIRST },
	{ "deep-3", 1, HELD_THIRD, HELD_SECOND },
	{ "deep-4", 2, .wants = HELD_THIRD },
	{ }
};

static const struct held_role held_cpu[] = {
	{ "own-cpu", 1, HELD_FIRST, .then = HELD_SPINS },
	{ "wait-cpu", 2, .wants = HELD_FIRST },
	{ }
};

static const struct held_role held_gone[] = {
	{ "own-gone", 1, HELD_FIRST, .then = HELD_ENDS },
	{ "own-gone", 1, HELD_RWSEM, .then = HELD_ENDS },
	{ "wait-gone", 2, .wants = HELD_FIRST },
	{ "wait-gone", 2, .wants = HELD_RWSEM },
	{ }
};

static const struct held_role held_cycle[] = {
	{ "circle-1", 1, HELD_FIRST, HELD_SECOND },
	{ "circle-2", 1, HELD_SECOND, HELD_FIRST },
	{ "circle-3", 1, .wants = HELD_FIRST },
	{ }
};

static struct held_role held_crowd[] = {
	{ "own-crowd", 1, HELD_MUTEX },
	{ "wait-crowd", 1, .wants = HELD_MUTEX },
	{ }
};

static struct task_struct **held_threads;
static unsigned int held_threads_count;
/* Owners that have not got their locks yet. */
static atomic_t held_missing;
static DECLARE_COMPLETION(held_all_kept);
static bool held_over;

static int held_take(enum held_what lock, bool read)
{
	switch (lock) {
	case HELD_MUTEX:
		return mutex_lock_killable(&held_mutex);
	case HELD_FIRST:
		return mutex_lock_killable(&held_first);
	/* Each of them is a class of its own to lockdep: taken in turn they are no deadlock. */
	case HELD_SECOND:
		return mutex_lock_killable(&held_second);
	case HELD_THIRD:
		return mutex_lock_killable(&held_third);
	case HELD_RWSEM:
		return read ? down_read_killable(&held_rwsem) : down_write_killable(&held_rwsem);
	case HELD_SHARED:
		return read ? down_read_killable(&held_shared) : down_write_killable(&held_shared);
	case HELD_SEMAPHORE:
		return down_killable(&held_semaphore);
	case HELD_RT_MUTEX:
		rt_mutex_lock(&held_rt_mutex);
		return 0;
	case HELD_PERCPU_RWSEM:
		if (read)
			percpu_down_read(&held_percpu_rwsem);
		else
			percpu_down_write(&held_percpu_rwsem);
		return 0;
	default:
		return 0;
	}
}

static void held_give(enum held_what lock, bool read)
{
	switch (lock) {
	case HELD_MUTEX:
		mutex_unlock(&held_mutex);
		break;
	case HELD_FIRST:
		mutex_unlock(&held_first);
		break;
	case HELD_SECOND:
		mutex_unlock(&held_second);
		break;
	case HELD_THIRD:
		mutex_unlock(&held_third);
		break;
	case HELD_RWSEM:
		if (read)
			up_read(&held_rwsem);
		else
			up_write(&held_rwsem);
		break;
	case HELD_SHARED:
		if (read)
			up_read(&held_shared);
		else
			up_write(&held_shared);
		break;
	case HELD_SEMAPHORE:
		up(&held_semaphore);
		break;
	case HELD_RT_MUTEX:
		rt_mutex_unlock(&held_rt_mutex);
		break;
	case HELD_PERCPU_RWSEM:
		if (read)
			percpu_up_read(&held_percpu_rwsem);
		else
			percpu_up_write(&held_percpu_rwsem);
		break;
	default:
		break;
	}
}

/* In S, or on a CPU. */
static void held_stay(bool spin)
{
	while (!READ_ONCE(held_over)) {
		if (spin) {
			cpu_relax();
			cond_resched();
			continue;
		}
		set_current_state(TASK_INTERRUPTIBLE);
		if (!READ_ONCE(held_over))
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}

static int held_thread(void *data)
{
	const struct held_role *role = data;

	/* The way out for who waits for what nobody gives back. */
	allow_signal(SIGKILL);
	if (role->keeps) {
		held_take(role->keeps, role->read);
		if (atomic_dec_and_test(&held_missing))
			complete_all(&held_all_kept);
		if (role->then == HELD_ENDS)
			return 0;
	}
	wait_for_completion_interruptible(&held_all_kept);
	if (role->wants) {
		if (!held_take(role->wants, role->read && !role->keeps))
			held_give(role->wants, role->read && !role->keeps);
	} else {
		held_stay(role->then == HELD_SPINS);
	}
	if (role->keeps)
		held_give(role->keeps, role->read);
	return 0;
}

static void held_stop(void)
{
	unsigned int i;

	WRITE_ONCE(held_over, true);
	complete_all(&held_all_kept);
	for (i = 0; i < held_threads_count; i++)
		send_sig(SIGKILL, held_threads[i], 1);
	for (i = 0; i < held_threads_count; i++) {
		kthread_stop(held_threads[i]);
		put_task_struct(held_threads[i]);
	}
	kvfree(held_threads);
}

static int held_begin(const struct held_role *role)
{
	struct task_struct *thread;
	unsigned int i;

	for (i = 0; i < role->count; i++) {
		thread = kthread_create(held_thread, (void *)role, "%s", role->name);
		if (IS_ERR(thread))
			return PTR_ERR(thread);
		get_task_struct(thread);
		held_threads[held_threads_count++] = thread;
		wake_up_process(thread);
	}
	return 0;
}

static const struct held_role *held_roles(void)
{
	if (!strcmp(scene, "kinds"))
		return held_kinds;
	if (!strcmp(scene, "nested"))
		return held_nested;
	if (!strcmp(scene, "cpu"))
		return held_cpu;
	if (!strcmp(scene, "gone"))
		return held_gone;
	if (!strcmp(scene, "cycle"))
		return held_cycle;
	if (strcmp(scene, "crowd"))
		return NULL;
	held_crowd[1].count = crowd;
	return held_crowd;
}

static int __init held_init(void)
{
	const struct held_role *roles = held_roles(), *role;
	unsigned int threads = 0;
	int result = 0;

	if (!roles)
		return -EINVAL;
	for (role = roles; role->name; role++) {
		threads += role->count;
		if (role->keeps)
			atomic_add(role->count, &held_missing);
	}
	held_threads = kvcalloc(threads, sizeof(*held_threads), GFP_KERNEL);
	if (!held_threads)
		return -ENOMEM;
	for (role = roles; role->name && !result; role++)
		result = held_begin(role);
	if (result)
		held_stop();
	else
		wait_for_completion(&held_all_kept);
	return result;
}

static void __exit held_exit(void)
{
	held_stop();
}

module_init(held_init);
module_exit(held_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Locks whose owners a test knows");
