// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that change hands as fast as threads can, and a log of who had which when, against which a
 * test checks what a dump claims. Threads take one lock, or two in the order below, keep them for
 * some microseconds, now and then asleep, and begin anew.
 *
 *   parameters/run    0 stops them between two turns, 1 lets them go on; reads 2 while one has not
 *                     stopped yet
 *   parameters/claim  "FROM TO owner LOCK PID", "FROM TO wait LOCK PID read|write",
 *                     "FROM TO held LOCK read|nobody|gone": that it was so at some moment between
 *                     two times (CLOCK_MONOTONIC, nanoseconds). Reads how many claims were right,
 *                     wrong, and older than the log
 *
 * A stamp is taken by who holds the lock. So whoever had a lock at some moment had got it after the
 * one before him stamped that he gives it back, and gave it back before the one after him stamped
 * that he got it.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/wait.h>

static unsigned int threads = 24;
module_param(threads, uint, 0444);
MODULE_PARM_DESC(threads, "so many threads");

enum { STORM_MUTEX, STORM_OTHER, STORM_RWSEM, STORM_SEMAPHORE, STORM_RT_MUTEX, STORM_LOCKS };

static DEFINE_MUTEX(storm_mutex);
static DEFINE_MUTEX(storm_other);
static DECLARE_RWSEM(storm_rwsem);
static struct semaphore storm_semaphore;
static DEFINE_RT_MUTEX(storm_rt_mutex);

static const char *const storm_names[STORM_LOCKS] = {
	"storm_mutex", "storm_other", "storm_rwsem", "storm_semaphore", "storm_rt_mutex",
};

/* Who had a lock alone. */
struct storm_turn {
	u64 got;
	u64 gave;
	pid_t pid;
};

#define STORM_TURNS 65536

struct storm_log {
	/* Written by who has the lock. */
	unsigned long count;
	struct storm_turn turn[STORM_TURNS];
};

/* What a thread waited for, and when. */
struct storm_want {
	u64 began;
	u64 got;
	int lock;
	bool read;
};

#define STORM_WANTS 8192

struct storm_thread {
	struct task_struct *task;
	u32 dice;
	bool stopped;
	unsigned long count;
	struct storm_want want[STORM_WANTS];
};

static struct storm_log *storm_logs;
static struct storm_thread *storm_threads;
static unsigned int storm_begun;
static bool storm_runs = true;
static DECLARE_WAIT_QUEUE_HEAD(storm_rest);
static unsigned long storm_right, storm_wrong, storm_expired;

static void storm_lock(int lock, bool read)
{
	switch (lock) {
	case STORM_MUTEX:
		mutex_lock(&storm_mutex);
		break;
	case STORM_OTHER:
		mutex_lock(&storm_other);
		break;
	case STORM_RWSEM:
		if (read)
			down_read(&storm_rwsem);
		else
			down_write(&storm_rwsem);
		break;
	case STORM_SEMAPHORE:
		down(&storm_semaphore);
		break;
	case STORM_RT_MUTEX:
		rt_mutex_lock(&storm_rt_mutex);
		break;
	}
}

static void storm_unlock(int lock, bool read)
{
	switch (lock) {
	case STORM_MUTEX:
		mutex_unlock(&storm_mutex);
		break;
	case STORM_OTHER:
		mutex_unlock(&storm_other);
		break;
	case STORM_RWSEM:
		if (read)
			up_read(&storm_rwsem);
		else
			up_write(&storm_rwsem);
		break;
	case STORM_SEMAPHORE:
		up(&storm_semaphore);
		break;
	case STORM_RT_MUTEX:
		rt_mutex_unlock(&storm_rt_mutex);
		break;
	}
}

static u32 storm_below(struct storm_thread *thread, u32 limit)
{
	thread->dice = thread->dice * 1664525 + 1013904223;
	return (u64)thread->dice * limit >> 32;
}

static void storm_take(struct storm_thread *thread, int lock, bool read)
{
	struct storm_want *want = thread->want + thread->count % STORM_WANTS;
	struct storm_turn *turn;

	want->lock = lock;
	want->read = read;
	want->got = U64_MAX;
	want->began = ktime_get_ns();
	/* Only then counted. */
	WRITE_ONCE(thread->count, thread->count + 1);
	storm_lock(lock, read);
	want->got = ktime_get_ns();
	if (read)
		return;
	turn = storm_logs[lock].turn + storm_logs[lock].count % STORM_TURNS;
	turn->pid = current->pid;
	turn->gave = U64_MAX;
	turn->got = ktime_get_ns();
	storm_logs[lock].count++;
}

static void storm_give(int lock, bool read)
{
	if (!read)
		storm_logs[lock].turn[(storm_logs[lock].count - 1) % STORM_TURNS].gave =
			ktime_get_ns();
	storm_unlock(lock, read);
}

static void storm_keep(struct storm_thread *thread)
{
	switch (storm_below(thread, 8)) {
	case 0:
		usleep_range(20, 100);
		break;
	case 1:
		schedule();
		break;
	default:
		udelay(storm_below(thread, 6));
	}
}

static void storm_turn(struct storm_thread *thread)
{
	int first = storm_below(thread, STORM_LOCKS);
	int second = storm_below(thread, STORM_LOCKS * 2);
	bool read_first = first == STORM_RWSEM && storm_below(thread, 4);
	bool read_second = second == STORM_RWSEM && storm_below(thread, 4);

	storm_take(thread, first, read_first);
	storm_keep(thread);
	/* In one order, or there would be a deadlock. */
	if (second > first && second < STORM_LOCKS) {
		storm_take(thread, second, read_second);
		storm_keep(thread);
		storm_give(second, read_second);
	}
	storm_give(first, read_first);
}

static int storm_run(void *data)
{
	struct storm_thread *thread = data;

	while (!kthread_should_stop()) {
		if (!READ_ONCE(storm_runs)) {
			/* All that it wrote first. */
			smp_store_release(&thread->stopped, true);
			wait_event_interruptible(storm_rest,
						 READ_ONCE(storm_runs) || kthread_should_stop());
			WRITE_ONCE(thread->stopped, false);
			continue;
		}
		storm_turn(thread);
		cond_resched();
	}
	return 0;
}

static bool storm_is_at_rest(void)
{
	unsigned int i;

	for (i = 0; i < storm_begun; i++)
		/* Pairs with the release in storm_run(): what it wrote is there. */
		if (!smp_load_acquire(&storm_threads[i].stopped))
			return false;
	return true;
}

static int storm_run_set(const char *text, const struct kernel_param *parameter)
{
	bool run;
	int result = kstrtobool(text, &run);

	if (result)
		return result;
	WRITE_ONCE(storm_runs, run);
	wake_up_interruptible_all(&storm_rest);
	return 0;
}

static int storm_run_get(char *page, const struct kernel_param *parameter)
{
	if (READ_ONCE(storm_runs))
		return sysfs_emit(page, "1\n");
	return sysfs_emit(page, "%d\n", storm_is_at_rest() ? 0 : 2);
}

static const struct kernel_param_ops storm_run_operations = {
	.set = storm_run_set,
	.get = storm_run_get,
};

module_param_cb(run, &storm_run_operations, NULL, 0644);

enum storm_verdict { STORM_WRONG, STORM_RIGHT, STORM_TOO_OLD };

/* Could this one have had the lock at some moment between the two times? */
static enum storm_verdict storm_check_owner(int lock, u64 from, u64 to, pid_t pid)
{
	const struct storm_log *log = storm_logs + lock;
	unsigned long i = log->count, oldest = i > STORM_TURNS ? i - STORM_TURNS : 0;
	u64 next_got = U64_MAX;

	while (i-- > oldest) {
		const struct storm_turn *turn = log->turn + i % STORM_TURNS;
		u64 gave_before;

		if (i > oldest)
			gave_before = log->turn[(i - 1) % STORM_TURNS].gave;
		else if (!oldest)
			gave_before = 0;
		else
			return STORM_TOO_OLD;
		if (turn->pid == pid && gave_before <= to && next_got >= from)
			return STORM_RIGHT;
		if (next_got < from)
			return STORM_WRONG;
		next_got = turn->got;
	}
	return STORM_WRONG;
}

/* What says that nobody has it alone is wrong only if somebody had it all the time. */
static enum storm_verdict storm_check_nobody(int lock, u64 from, u64 to)
{
	const struct storm_log *log = storm_logs + lock;
	unsigned long i = log->count, oldest = i > STORM_TURNS ? i - STORM_TURNS : 0;

	while (i-- > oldest) {
		const struct storm_turn *turn = log->turn + i % STORM_TURNS;

		if (turn->got <= from)
			return turn->gave >= to ? STORM_WRONG : STORM_RIGHT;
	}
	return oldest ? STORM_TOO_OLD : STORM_RIGHT;
}

static enum storm_verdict storm_check_wait(int lock, u64 from, u64 to, pid_t pid, bool read)
{
	unsigned int i;

	for (i = 0; i < storm_begun; i++) {
		const struct storm_thread *thread = storm_threads + i;
		unsigned long at = thread->count;
		unsigned long oldest = at > STORM_WANTS ? at - STORM_WANTS : 0;

		if (thread->task->pid != pid)
			continue;
		while (at-- > oldest) {
			const struct storm_want *want = thread->want + at % STORM_WANTS;

			if (want->got < from)
				return STORM_WRONG;
			if (want->began <= to && want->lock == lock && want->read == read)
				return STORM_RIGHT;
		}
		return oldest ? STORM_TOO_OLD : STORM_WRONG;
	}
	return STORM_WRONG;
}

static int storm_claim_set(const char *text, const struct kernel_param *parameter)
{
	enum storm_verdict verdict = STORM_WRONG;
	char what[8], name[24], rest[24] = "";
	unsigned long long from, to;
	pid_t pid = 0;
	int lock;

	if (!storm_is_at_rest())
		return -EBUSY;
	if (sscanf(text, "%llu %llu %7s %23s", &from, &to, what, name) != 4)
		return -EINVAL;
	lock = match_string(storm_names, STORM_LOCKS, name);
	if (lock < 0)
		return lock;
	if (!strcmp(what, "held")) {
		if (sscanf(text, "%*u %*u %*s %*s %23s", rest) != 1)
			return -EINVAL;
		if (strcmp(rest, "gone"))
			verdict = storm_check_nobody(lock, from, to);
	} else {
		if (sscanf(text, "%*u %*u %*s %*s %d %23s", &pid, rest) < 1)
			return -EINVAL;
		if (!strcmp(what, "owner"))
			verdict = storm_check_owner(lock, from, to, pid);
		else
			verdict = storm_check_wait(lock, from, to, pid, !strcmp(rest, "read"));
	}
	storm_right += verdict == STORM_RIGHT;
	storm_expired += verdict == STORM_TOO_OLD;
	if (verdict == STORM_WRONG) {
		storm_wrong++;
		pr_info("wrong: %s\n", text);
	}
	return 0;
}

static int storm_claim_get(char *page, const struct kernel_param *parameter)
{
	unsigned long turns = 0;
	unsigned int i;

	for (i = 0; i < STORM_LOCKS; i++)
		turns += storm_logs[i].count;
	return sysfs_emit(page, "right=%lu wrong=%lu expired=%lu turns=%lu\n", storm_right,
			  storm_wrong, storm_expired, turns);
}

static const struct kernel_param_ops storm_claim_operations = {
	.set = storm_claim_set,
	.get = storm_claim_get,
};

module_param_cb(claim, &storm_claim_operations, NULL, 0600);

static void storm_end(void)
{
	unsigned int i;

	for (i = 0; i < storm_begun; i++)
		kthread_stop(storm_threads[i].task);
	kvfree(storm_threads);
	kvfree(storm_logs);
}

static int __init storm_init(void)
{
	struct task_struct *task;

	sema_init(&storm_semaphore, 1);
	storm_logs = kvcalloc(STORM_LOCKS, sizeof(*storm_logs), GFP_KERNEL);
	storm_threads = kvcalloc(threads, sizeof(*storm_threads), GFP_KERNEL);
	if (!storm_logs || !storm_threads) {
		storm_end();
		return -ENOMEM;
	}
	while (storm_begun < threads) {
		task = kthread_create(storm_run, storm_threads + storm_begun, "storm");
		if (IS_ERR(task)) {
			storm_end();
			return PTR_ERR(task);
		}
		storm_threads[storm_begun].task = task;
		storm_threads[storm_begun].dice = get_random_u32();
		storm_begun++;
		wake_up_process(task);
	}
	return 0;
}

static void __exit storm_exit(void)
{
	storm_end();
}

module_init(storm_init);
module_exit(storm_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Locks that change hands as fast as they can, and a log of that");
