// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/loadavg.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "capture.h"
#include "compat.h"
#include "cpus.h"
#include "knobs.h"
#include "ring.h"
#include "stacks.h"
#include "symbols.h"
#include "unwind.h"

/* CPU hotplug is rare and may hang: wait this often, a millisecond each, then do without. */
#define LM_HOTPLUG_TRIES 10

/* A second look at the same stacks within a second shows nothing new to an eye or an average. */
#define LM_MIN_SPACING_MS 1000

/*
 * A thread of its own, and not a workqueue: the worker pool is what a machine in trouble runs out
 * of. Real-time at the lowest priority, because at a load of hundreds an ordinary thread would
 * look at the machine long after the moment it was asked to see.
 */
static struct task_struct *lm_capture_thread;
static DECLARE_WAIT_QUEUE_HEAD(lm_capture_done);
static const bool *lm_capture_log;

/* Guards what follows. Raw: the sampler asks in hard interrupt context. */
static DEFINE_RAW_SPINLOCK(lm_capture_lock);
static bool lm_capture_busy;
static enum lm_kind lm_capture_kind;
static char lm_capture_reason[LM_REASON_MAX + 1];
/* Who waits for a manual dump, pinned: the thread may run before the writer sleeps. */
static struct task_struct *lm_capture_asker;
static u64 lm_capture_asked;
static u64 lm_capture_finished;
static int lm_capture_result;
static bool lm_capture_any_manual;
static u64 lm_capture_manual_ns;
static struct lm_stats lm_capture_statistics;

static unsigned int lm_min_spacing_ms = LM_MIN_SPACING_MS;

/* The thread's own. */
static struct lm_matches lm_capture_matches;
static struct lm_task *lm_capture_tasks;

static bool lm_capture_hold_hotplug(void)
{
	int tries;

	for (tries = 0; tries < LM_HOTPLUG_TRIES; tries++) {
		if (lm_cpus_read_trylock())
			return true;
		lm_doze(1000);
	}
	return false;
}

static u64 lm_capture_since(const struct task_struct *task)
{
#ifdef CONFIG_SCHED_INFO
	u64 arrival = READ_ONCE(task->sched_info.last_arrival);
	u64 now = local_clock();

	/* The CPUs' clocks may differ by a little. */
	if (arrival)
		return now > arrival ? now - arrival : 0;
#endif
	return LM_SINCE_UNKNOWN;
}

static void lm_capture_keep(struct lm_task *seen, const unsigned long *frames, unsigned int depth,
			    bool exact, bool partial)
{
	seen->stack = lm_stacks_add(frames, depth, exact);
	if (!seen->stack)
		seen->flags |= LM_FLAG_NO_ROOM;
	else if (partial)
		seen->flags |= LM_FLAG_PARTIAL;
}

static void lm_capture_answered(struct lm_task *seen, const struct lm_cpu *cpu)
{
	if (!cpu->below.known) {
		seen->place = LM_ON_CPU;
		seen->flags |= LM_FLAG_UNWIND_FAILED;
	} else if (cpu->below.user) {
		seen->place = LM_ON_CPU_USER;
	} else {
		seen->place = LM_ON_CPU_KERNEL;
		if (cpu->below.depth)
			lm_capture_keep(seen, cpu->frames, cpu->below.depth, true,
					cpu->below.partial);
		else
			seen->flags |= LM_FLAG_UNWIND_FAILED;
	}
}

/* On a CPU, and not the task that the CPU named when it was asked. */
static void lm_capture_unanswered(struct lm_task *seen, const struct lm_cpu *cpu, bool hotplug_held)
{
	seen->place = LM_ON_CPU;
	if (!hotplug_held)
		seen->flags |= LM_FLAG_HOTPLUG;
	else if (cpu->answer == LM_CPU_SILENT)
		seen->flags |= LM_FLAG_CPU_NO_ANSWER;
	else if (cpu->answer == LM_CPU_ISOLATED)
		seen->flags |= LM_FLAG_CPU_ISOLATED;
	else
		seen->flags |= LM_FLAG_UNSTABLE;
}

/* It does not any more what it did when it was seen: what is left is said of that moment. */
static void lm_capture_moved_on(struct lm_task *seen, const struct lm_match *match)
{
	if (!match->uninterruptible && match->on_cpu)
		seen->place = LM_ON_CPU;
	seen->since_ns = LM_SINCE_UNKNOWN;
	seen->flags |= LM_FLAG_UNSTABLE;
}

static void lm_capture_off_cpu(struct lm_task *seen, struct lm_match *match)
{
	static unsigned long frames[LM_DEPTH];
	enum lm_unwound unwound;
	unsigned int depth;

	seen->place = seen->uninterruptible ? LM_SLEEPS : LM_QUEUED;
	unwound = lm_unwind_task(match, frames, &depth);
	seen->switches = match->switches;
	switch (unwound) {
	case LM_UNWOUND:
	case LM_UNWOUND_PARTLY:
		lm_capture_keep(seen, frames, depth, false, unwound == LM_UNWOUND_PARTLY);
		break;
	case LM_UNWIND_UNSTABLE:
		lm_capture_moved_on(seen, match);
		break;
	case LM_UNWIND_FAILED:
		seen->flags |= LM_FLAG_UNWIND_FAILED;
		break;
	case LM_UNWIND_MISSING:
		seen->flags |= LM_FLAG_NO_UNWINDER;
		break;
	}
}

static void lm_capture_task(struct lm_task *seen, struct lm_match *match, bool hotplug_held)
{
	struct task_struct *task = match->task;
	struct lm_cpu cpu;

	memset(seen, 0, sizeof(*seen));
	seen->task = task;
	seen->uninterruptible = match->uninterruptible;
	seen->cpu = task_cpu(task);
	seen->since_ns = lm_capture_since(task);
	seen->switches = match->switches;
	/* Without task_lock(): a name that changes right now may be half old and half new. */
	memcpy(seen->comm, task->comm, sizeof(seen->comm));

	cpu = lm_cpus_get(seen->cpu);
	if (!match->uninterruptible && cpu.answer == LM_CPU_ANSWERED && cpu.task == task) {
		lm_capture_answered(seen, &cpu);
	} else if (!match->uninterruptible && lm_task_on_cpu(task)) {
		lm_capture_unanswered(seen, &cpu, hotplug_held);
	} else if (hotplug_held) {
		lm_capture_off_cpu(seen, match);
	} else {
		/* No stack may be read: some CPU's may be given back right now (see unwind.c). */
		seen->place = seen->uninterruptible ? LM_SLEEPS : LM_QUEUED;
		seen->flags |= LM_FLAG_HOTPLUG;
	}
}

/* Chains the tasks by stack, in the order in which they were seen. */
static u32 lm_capture_chain(unsigned int count)
{
	u32 without = 0, without_last = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct lm_task *seen = lm_capture_tasks + i;
		struct lm_stack *stack = seen->stack ? lm_stacks_get(seen->stack) : NULL;
		u32 *first = stack ? &stack->first_task : &without;
		u32 *last = stack ? &stack->last_task : &without_last;

		if (*last)
			lm_capture_tasks[*last - 1].next = i + 1;
		else
			*first = i + 1;
		*last = i + 1;
		if (stack)
			stack->tasks++;
	}
	return without;
}

static void lm_capture_begin(struct lm_facts *facts)
{
	int i;

	ktime_get_real_ts64(&facts->wall);
	facts->monotonic_ns = ktime_get_ns();
	for (i = 0; i < 3; i++)
		facts->average[i] = READ_ONCE(avenrun[i]);
	facts->cpus = num_online_cpus();
	facts->id = lm_ring_last_id() + 1;
	facts->silent = lm_cpus_silent();
	lm_cpus_begin();
	lm_stacks_clear();
	lm_symbols_begin();
}

/* The CPUs are asked first, while they still do what made somebody ask for a dump. */
static void lm_capture_ask_cpus(struct lm_facts *facts, bool hotplug_held)
{
	facts->cpu_no_answer = facts->cpus - 1;
	if (!hotplug_held)
		return;
	lm_cpus_ask(&facts->irq_off_max_ns);
	facts->cpu_no_answer = cpumask_weight(facts->silent);
}

static void lm_capture_stacks(unsigned int count, bool hotplug_held, u8 only)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (only && !(lm_capture_tasks[i].flags & only))
			continue;
		lm_capture_task(lm_capture_tasks + i, lm_capture_matches.match + i, hotplug_held);
		cond_resched();
	}
}

static unsigned int lm_capture_flagged(unsigned int count, u8 flag)
{
	unsigned int i, flagged = 0;

	for (i = 0; i < count; i++)
		flagged += !!(lm_capture_tasks[i].flags & flag);
	return flagged;
}

static unsigned int lm_capture_look(struct lm_facts *facts, const struct task_struct *asker)
{
	bool hotplug_held = lm_capture_hold_hotplug();
	unsigned int count;

	lm_capture_ask_cpus(facts, hotplug_held);
	lm_scan(&facts->counts, asker, &lm_capture_matches);
	count = lm_capture_matches.used;
	lm_capture_stacks(count, hotplug_held, 0);
	lm_cpus_forget();
	/* Some came to a CPU since it was asked: one more question finds most of them. */
	if (lm_capture_flagged(count, LM_FLAG_UNSTABLE)) {
		lm_capture_ask_cpus(facts, hotplug_held);
		lm_capture_stacks(count, hotplug_held, LM_FLAG_UNSTABLE);
		lm_cpus_forget();
	}
	if (hotplug_held)
		cpus_read_unlock();
	facts->unstable = lm_capture_flagged(count, LM_FLAG_UNSTABLE);
	facts->unwind_failed = lm_capture_flagged(count, LM_FLAG_UNWIND_FAILED);
	facts->partial = lm_capture_flagged(count, LM_FLAG_PARTIAL);
	facts->no_room = lm_capture_flagged(count, LM_FLAG_NO_ROOM);
	facts->capture_ns = ktime_get_ns() - facts->monotonic_ns;
	return count;
}

static void lm_capture_forget(unsigned int count)
{
	while (count)
		put_task_struct(lm_capture_matches.match[--count].task);
	lm_capture_matches.used = 0;
}

static unsigned int lm_capture_with_stack(unsigned int count)
{
	unsigned int i, with = 0;

	for (i = 0; i < count; i++)
		with += !!lm_capture_tasks[i].stack;
	return with;
}

/* Slow consoles must not be fed at real-time priority. */
static void lm_capture_print(u64 id)
{
	struct lm_dump *dump = lm_ring_get(id);

	if (!dump)
		return;
	lm_set_normal(current);
	lm_report_log(lm_dump_first(dump));
	lm_set_fifo(current);
	lm_ring_put(dump);
}

static void lm_capture_run(enum lm_kind kind, const char *reason, struct task_struct *asker)
{
	/* Too large for a stack; the thread's own. */
	static struct lm_facts facts;
	struct lm_stats *stats = &lm_capture_statistics;
	unsigned int count, truncated = 0, with;
	struct task_struct *asked;
	u32 without, first;
	int result;

	memset(&facts, 0, sizeof(facts));
	facts.kind = kind;
	strscpy(facts.reason, reason, sizeof(facts.reason));
	facts.lost_dumps = stats->lost;
	if (asker) {
		facts.asker_pid = task_pid_nr(asker);
		/* As of any task: see lm_capture_task(). */
		memcpy(facts.asker_comm, asker->comm, sizeof(facts.asker_comm));
	}
	lm_capture_begin(&facts);
	count = lm_capture_look(&facts, asker);
	without = lm_capture_chain(count);
	with = lm_capture_with_stack(count);
	first = lm_report_write(&facts, lm_capture_tasks, without, &truncated);
	lm_capture_forget(count);
	result = first ? lm_ring_publish(facts.id, first) : -ENOSPC;

	raw_spin_lock_irq(&lm_capture_lock);
	if (result) {
		stats->lost++;
	} else {
		stats->dumps[kind]++;
		stats->truncated += truncated;
		stats->deduplicated += with - lm_stacks_count();
	}
	stats->last_capture_ns = facts.capture_ns;
	stats->longest_capture_ns = max(stats->longest_capture_ns, facts.capture_ns);
	stats->longest_irq_off_ns = max(stats->longest_irq_off_ns, facts.irq_off_max_ns);
	lm_capture_result = result;
	lm_capture_finished = lm_capture_asked;
	asked = lm_capture_asker;
	lm_capture_asker = NULL;
	lm_capture_busy = false;
	raw_spin_unlock_irq(&lm_capture_lock);

	if (asked)
		put_task_struct(asked);
	wake_up_interruptible(&lm_capture_done);
	if (result)
		return;
	lm_knobs_notify();
	if (READ_ONCE(*lm_capture_log))
		lm_capture_print(facts.id);
}

static int lm_capture_loop(void *unused)
{
	char reason[LM_REASON_MAX + 1];
	struct task_struct *asker;
	enum lm_kind kind;
	bool busy;

	lm_set_fifo(current);
	for (;;) {
		/* Idle, not uninterruptible: waiting for work is no load. */
		set_current_state(TASK_IDLE);
		raw_spin_lock_irq(&lm_capture_lock);
		busy = lm_capture_busy;
		kind = lm_capture_kind;
		asker = lm_capture_asker;
		memcpy(reason, lm_capture_reason, sizeof(reason));
		raw_spin_unlock_irq(&lm_capture_lock);
		if (busy) {
			__set_current_state(TASK_RUNNING);
			lm_capture_run(kind, reason, asker);
			continue;
		}
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void lm_capture_request(enum lm_kind kind, const char *reason, size_t length)
{
	lm_capture_busy = true;
	lm_capture_kind = kind;
	lm_capture_asker = kind == LM_MANUAL ? get_task_struct(current) : NULL;
	memcpy(lm_capture_reason, reason, length);
	lm_capture_reason[length] = '\0';
	lm_capture_asked++;
}

bool lm_capture_ask(enum lm_kind kind, const char *reason)
{
	unsigned long flags;
	bool free;

	raw_spin_lock_irqsave(&lm_capture_lock, flags);
	free = !lm_capture_busy;
	if (free)
		lm_capture_request(kind, reason, strnlen(reason, LM_REASON_MAX));
	raw_spin_unlock_irqrestore(&lm_capture_lock, flags);
	if (free)
		wake_up_process(lm_capture_thread);
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
static int lm_capture_admit(const char *reason, size_t length, u64 *ticket)
{
	u64 now = ktime_get_ns();
	u64 spacing = (u64)READ_ONCE(lm_min_spacing_ms) * NSEC_PER_MSEC;
	int result = 0;

	raw_spin_lock_irq(&lm_capture_lock);
	if (!lm_capture_fit(reason, length)) {
		result = -EINVAL;
	} else if (lm_capture_busy) {
		result = -EBUSY;
	} else if (lm_capture_any_manual && now - lm_capture_manual_ns < spacing) {
		result = -EAGAIN;
	} else {
		lm_capture_any_manual = true;
		lm_capture_manual_ns = now;
		lm_capture_request(LM_MANUAL, reason, length);
	}
	if (result)
		lm_capture_statistics.refused++;
	*ticket = lm_capture_asked;
	raw_spin_unlock_irq(&lm_capture_lock);
	return result;
}

static bool lm_capture_is_finished(u64 ticket, int *result)
{
	bool finished;

	raw_spin_lock_irq(&lm_capture_lock);
	finished = lm_capture_finished >= ticket;
	*result = lm_capture_result;
	raw_spin_unlock_irq(&lm_capture_lock);
	return finished;
}

int lm_capture_manual(const char *reason, size_t length)
{
	u64 ticket;
	int result = lm_capture_admit(reason, length, &ticket);

	if (result)
		return result;
	wake_up_process(lm_capture_thread);
	/* Interruptible: a writer in uninterruptible sleep would be a part of what it measures. */
	if (wait_event_interruptible(lm_capture_done, lm_capture_is_finished(ticket, &result)))
		return -EINTR;
	return result;
}

struct lm_stats lm_capture_stats(void)
{
	struct lm_stats stats;

	raw_spin_lock_irq(&lm_capture_lock);
	stats = lm_capture_statistics;
	raw_spin_unlock_irq(&lm_capture_lock);
	return stats;
}

unsigned int lm_capture_min_spacing_ms(void)
{
	return READ_ONCE(lm_min_spacing_ms);
}

void lm_capture_set_min_spacing_ms(unsigned int milliseconds)
{
	WRITE_ONCE(lm_min_spacing_ms, milliseconds);
}

int lm_capture_init(unsigned int max_tasks, const bool *log)
{
	int result = -ENOMEM;

	lm_capture_log = log;
	lm_capture_matches.size = max_tasks;
	lm_capture_matches.match = vzalloc(array_size(max_tasks, sizeof(struct lm_match)));
	if (!lm_capture_matches.match)
		return result;
	lm_capture_tasks = vzalloc(array_size(max_tasks, sizeof(*lm_capture_tasks)));
	if (!lm_capture_tasks)
		goto free_matches;
	lm_capture_thread = kthread_run(lm_capture_loop, NULL, "load_monitor");
	if (!IS_ERR(lm_capture_thread))
		return 0;
	result = PTR_ERR(lm_capture_thread);
	vfree(lm_capture_tasks);
free_matches:
	vfree(lm_capture_matches.match);
	return result;
}

/* Nobody asks any more: a dump that was asked for is finished first. */
void lm_capture_exit(void)
{
	kthread_stop(lm_capture_thread);
	vfree(lm_capture_tasks);
	vfree(lm_capture_matches.match);
}
