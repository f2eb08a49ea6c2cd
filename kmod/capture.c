// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "capture.h"
#include "look.h"
#include "ring.h"
#include "settings.h"

/*
 * Threads of their own, and not a workqueue: the worker pool is what a machine in trouble runs out
 * of. Two, because the two halves of a dump want another priority each:
 * - the look is real-time, at the lowest priority, because at a load of hundreds an ordinary thread
 *   would look at the machine long after the moment that it was asked to see;
 * - the text, which takes longer and is not urgent once the last stack is read, gets what an
 *   ordinary thread gets that is nice to nobody (nice -20): a large one would else keep a CPU for
 *   seconds.
 * No thread changes its own priority meanwhile: that takes a lock of the cpusets, up to 6.4, which
 * whoever holds it may keep while he waits for memory.
 */
static struct task_struct *lm_look_thread;
static struct task_struct *lm_text_thread;
static DECLARE_WAIT_QUEUE_HEAD(lm_capture_done);

enum lm_phase {
	LM_PHASE_REST,
	/* Somebody asked: the look's turn. */
	LM_PHASE_ASKED,
	/* The text's turn. */
	LM_PHASE_SEEN,
};

struct lm_request {
	enum lm_kind kind;
	bool crossing;
	char reason[LM_REASON_MAX + 1];
	/* Who waits for a manual dump, pinned: the thread may run before the writer sleeps. */
	struct task_struct *asker;
};

/* On the stack of who waits; he gets the result of his own dump. */
struct lm_waiter {
	bool done;
	int result;
};

/* Guards what follows. Raw: the sampler asks in hard interrupt context. */
static DEFINE_RAW_SPINLOCK(lm_capture_lock);
static enum lm_phase lm_capture_phase;
static struct lm_request lm_capture_request;
static struct lm_waiter *lm_capture_waiter;
static bool lm_capture_any_manual;
static u64 lm_capture_manual_ns;
static struct lm_stats lm_capture_statistics;

/* Too large for a stack; of whose turn it is. */
static struct lm_facts lm_capture_facts;

static void lm_capture_look(void)
{
	/* It stays as it is until the phase is over. */
	const struct lm_request *request = &lm_capture_request;
	struct lm_facts *facts = &lm_capture_facts;

	memset(facts, 0, sizeof(*facts));
	facts->kind = request->kind;
	strscpy(facts->reason, request->reason, sizeof(facts->reason));
	facts->lost_dumps = READ_ONCE(lm_capture_statistics.lost);
	if (request->asker) {
		facts->asker_pid = task_pid_nr(request->asker);
		/* Without task_lock(), as of any task: see look.c. */
		memcpy(facts->asker_comm, request->asker->comm, sizeof(facts->asker_comm));
	}
	lm_look(facts, request->asker);
}

static void lm_capture_count(struct lm_stats *stats, const struct lm_report *report, int result)
{
	const struct lm_facts *facts = &lm_capture_facts;

	if (result) {
		WRITE_ONCE(stats->lost, stats->lost + 1);
	} else {
		stats->dumps[facts->kind]++;
		stats->truncated += report->truncated;
		stats->deduplicated += report->deduplicated;
	}
	stats->last_capture_ns = facts->capture_ns;
	stats->longest_capture_ns = max(stats->longest_capture_ns, facts->capture_ns);
	stats->longest_irq_off_ns = max(stats->longest_irq_off_ns, facts->irq_off_max_ns);
}

static void lm_capture_write(void)
{
	struct lm_report report = lm_report_write(&lm_capture_facts);
	struct task_struct *asker = lm_capture_request.asker;
	int result = -ENOSPC;

	if (report.first)
		result = lm_ring_publish(lm_capture_facts.id, report.first,
					 lm_capture_request.crossing);

	raw_spin_lock_irq(&lm_capture_lock);
	lm_capture_count(&lm_capture_statistics, &report, result);
	if (lm_capture_waiter) {
		lm_capture_waiter->result = result;
		lm_capture_waiter->done = true;
		lm_capture_waiter = NULL;
	}
	lm_capture_request.asker = NULL;
	lm_capture_phase = LM_PHASE_REST;
	raw_spin_unlock_irq(&lm_capture_lock);

	if (asker)
		put_task_struct(asker);
	wake_up_interruptible(&lm_capture_done);
}

static bool lm_capture_in(enum lm_phase phase)
{
	bool in;

	raw_spin_lock_irq(&lm_capture_lock);
	in = lm_capture_phase == phase;
	raw_spin_unlock_irq(&lm_capture_lock);
	return in;
}

/* Waits until its phase comes; false when the thread is to end and there is nothing left to do. */
static bool lm_capture_await(enum lm_phase phase)
{
	bool come;

	for (;;) {
		/* Idle, not uninterruptible: waiting for work is no load. */
		set_current_state(TASK_IDLE);
		come = lm_capture_in(phase);
		if (come || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return come;
}

static int lm_look_loop(void *unused)
{
	while (lm_capture_await(LM_PHASE_ASKED)) {
		lm_capture_look();
		raw_spin_lock_irq(&lm_capture_lock);
		lm_capture_phase = LM_PHASE_SEEN;
		raw_spin_unlock_irq(&lm_capture_lock);
		wake_up_process(lm_text_thread);
	}
	return 0;
}

static int lm_text_loop(void *unused)
{
	while (lm_capture_await(LM_PHASE_SEEN))
		lm_capture_write();
	return 0;
}

static void lm_capture_take_request(enum lm_kind kind, const char *reason, size_t length,
				    bool crossing)
{
	struct lm_request *request = &lm_capture_request;

	request->kind = kind;
	request->crossing = crossing;
	request->asker = kind == LM_MANUAL ? get_task_struct(current) : NULL;
	memcpy(request->reason, reason, length);
	request->reason[length] = '\0';
	lm_capture_phase = LM_PHASE_ASKED;
}

bool lm_capture_ask(enum lm_kind kind, const char *reason, bool crossing)
{
	unsigned long flags;
	bool free;

	raw_spin_lock_irqsave(&lm_capture_lock, flags);
	free = lm_capture_phase == LM_PHASE_REST;
	if (free)
		lm_capture_take_request(kind, reason, strnlen(reason, LM_REASON_MAX), crossing);
	raw_spin_unlock_irqrestore(&lm_capture_lock, flags);
	if (free)
		wake_up_process(lm_look_thread);
	return free;
}

static bool lm_capture_fit(const char *reason, size_t length)
{
	size_t i;

	if (length < 1 || length > LM_REASON_MAX)
		return false;
	for (i = 0; i < length; i++)
		if (reason[i] < 0x20 || reason[i] > 0x7e)
			return false;
	return true;
}

/* May there be a dump, and the note that there is one, are a single step. */
static int lm_capture_admit(const char *reason, size_t length, struct lm_waiter *waiter)
{
	u64 now = ktime_get_ns();
	u64 spacing = (u64)READ_ONCE(lm_settings.min_spacing_ms) * NSEC_PER_MSEC;
	int result = 0;

	raw_spin_lock_irq(&lm_capture_lock);
	if (!lm_capture_fit(reason, length)) {
		result = -EINVAL;
	} else if (lm_capture_phase != LM_PHASE_REST) {
		result = -EBUSY;
	} else if (lm_capture_any_manual && now - lm_capture_manual_ns < spacing) {
		result = -EAGAIN;
	} else {
		lm_capture_any_manual = true;
		lm_capture_manual_ns = now;
		lm_capture_waiter = waiter;
		lm_capture_take_request(LM_MANUAL, reason, length, false);
	}
	if (result)
		lm_capture_statistics.refused++;
	raw_spin_unlock_irq(&lm_capture_lock);
	return result;
}

static bool lm_capture_is_done(const struct lm_waiter *waiter)
{
	bool done;

	raw_spin_lock_irq(&lm_capture_lock);
	done = waiter->done;
	raw_spin_unlock_irq(&lm_capture_lock);
	return done;
}

/* Who waited no longer does; his dump may be done in this very moment. */
static int lm_capture_give_up(const struct lm_waiter *waiter)
{
	int result;

	raw_spin_lock_irq(&lm_capture_lock);
	result = waiter->done ? waiter->result : -EINTR;
	if (lm_capture_waiter == waiter)
		lm_capture_waiter = NULL;
	raw_spin_unlock_irq(&lm_capture_lock);
	return result;
}

int lm_capture_manual(const char *reason, size_t length)
{
	struct lm_waiter waiter = {};
	int result = lm_capture_admit(reason, length, &waiter);

	if (result)
		return result;
	wake_up_process(lm_look_thread);
	/* Interruptible: a writer in uninterruptible sleep would be a part of what it measures. */
	if (wait_event_interruptible(lm_capture_done, lm_capture_is_done(&waiter)))
		return lm_capture_give_up(&waiter);
	return waiter.result;
}

struct lm_stats lm_capture_stats(void)
{
	struct lm_stats stats;

	raw_spin_lock_irq(&lm_capture_lock);
	stats = lm_capture_statistics;
	raw_spin_unlock_irq(&lm_capture_lock);
	return stats;
}

int lm_capture_init(void)
{
	struct task_struct *look, *text;

	text = kthread_create(lm_text_loop, NULL, "loadmon_text");
	if (IS_ERR(text))
		return PTR_ERR(text);
	look = kthread_create(lm_look_loop, NULL, "load_monitor");
	if (IS_ERR(look)) {
		kthread_stop(text);
		return PTR_ERR(look);
	}
	sched_set_normal(text, MIN_NICE);
	sched_set_fifo_low(look);
	lm_text_thread = text;
	lm_look_thread = look;
	wake_up_process(text);
	wake_up_process(look);
	return 0;
}

/* Nobody asks any more: a dump that was asked for is seen and written first. */
void lm_capture_exit(void)
{
	kthread_stop(lm_look_thread);
	kthread_stop(lm_text_thread);
}
