// SPDX-License-Identifier: GPL-2.0-only
#include <linux/prandom.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "load.h"
#include "scan.h"

/* Long enough that a pause is rare, short enough that nobody waits for a grace period. */
#define LM_RCU_MAX_NS (4 * NSEC_PER_MSEC)

/* Reading the clock costs about as much as looking at a thread. */
#define LM_CLOCK_EVERY 64

/* Walks that lost their place this often are on a machine that forks faster than it can be read. */
#define LM_WALKS 4

/* A switch takes a microsecond or two; this many looks take no longer. */
#define LM_LEAVING_TRIES 100

/* Lets RCU, and whoever waits for this CPU, go on. Not inlined, so that a test can stay here. */
static noinline void lm_scan_rest(void)
	__releases(RCU)
	__acquires(RCU)
{
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
}

/*
 * Both tasks are pinned over the pause, but only while they are still hashed do their list pointers
 * lead back into the list. A thread may outlive the first one of its process: exec() by it takes
 * that one's place (de_thread() in fs/exec.c), and the old one, out of the list of processes, stays
 * hashed for a while. But it is no group's leader any more.
 */
static bool lm_scan_pause(struct task_struct *process, struct task_struct *thread)
{
	bool hashed;

	get_task_struct(process);
	get_task_struct(thread);
	lm_scan_rest();
	hashed = pid_alive(process) && thread_group_leader(process) && pid_alive(thread);
	put_task_struct(thread);
	put_task_struct(process);
	return hashed;
}

static void lm_scan_forget(struct lm_matches *matches)
{
	if (!matches)
		return;
	while (matches->used)
		put_task_struct(matches->match[--matches->used].task);
	matches->seen = 0;
}

/*
 * The share and the count that names the sleep, both of one moment: the count first (see unwind.c
 * for what follows from that). A task that is still on its way off its CPU is about to be counted
 * out, so it is waited for, but not for long: its stack is at stake, not the count of the load.
 */
static enum lm_share lm_scan_share(const struct task_struct *thread, struct lm_match *match)
{
	unsigned int tries = 0;
	enum lm_share share;

	for (;;) {
		match->on_cpu = lm_task_on_cpu(thread);
		match->switches = lm_task_switches(thread);
		/* The count before the state. */
		smp_rmb();
		share = lm_load_share(thread);
		if (!lm_share_sleeps(share) || !match->on_cpu || tries++ == LM_LEAVING_TRIES)
			return share;
		cpu_relax();
	}
}

/*
 * Where there is no room for all, each has the same chance to be kept, whenever it began (Vitter's
 * algorithm R): the list runs from the oldest process to the newest, and it is the newest that an
 * incident brings. A cheap generator will do; who could guess its numbers gains nothing.
 */
static void lm_scan_keep(struct lm_matches *matches, const struct lm_match *match)
{
	static struct rnd_state dice;
	static bool rolled;
	u32 place = matches->seen++;

	if (place >= matches->size) {
		if (!rolled)
			prandom_seed_state(&dice, ktime_get_ns());
		rolled = true;
		place = (u64)prandom_u32_state(&dice) * matches->seen >> 32;
		if (place >= matches->size)
			return;
		put_task_struct(matches->match[place].task);
	} else {
		matches->used++;
	}
	get_task_struct(match->task);
	matches->match[place] = *match;
}

static void lm_scan_look(struct lm_counts *counts, struct lm_matches *matches,
			 struct task_struct *thread)
{
	struct lm_match match = { .task = thread };

	match.share = lm_load_share(thread);
	/* Most threads are no load, and cost one look. */
	if (match.share != LM_NONE)
		match.share = lm_scan_share(thread, &match);
	if ((match.share == LM_NONE || match.share == LM_UNINTERRUPTIBLE) && thread->in_iowait)
		counts->iowait++;
	switch (match.share) {
	case LM_NONE:
	case LM_ASLEEP:
		return;
	case LM_DELAYED:
		counts->delayed++;
		fallthrough;
	case LM_BLOCKED:
	case LM_RUNNING:
		counts->running++;
		break;
	case LM_UNINTERRUPTIBLE:
		counts->uninterruptible++;
		break;
	}
	if (matches)
		lm_scan_keep(matches, &match);
}

/* Returns false when it lost its place. */
static bool lm_scan_once(struct lm_counts *counts, const struct task_struct *asker,
			 struct lm_matches *matches)
{
	struct task_struct *process, *thread;
	u64 since, held;
	bool whole = true;

	rcu_read_lock();
	since = ktime_get_ns();
	for_each_process_thread(process, thread) {
		counts->threads++;
		if (thread != current && thread != asker)
			lm_scan_look(counts, matches, thread);
		if (counts->threads % LM_CLOCK_EVERY)
			continue;
		held = ktime_get_ns() - since;
		if (held < LM_RCU_MAX_NS)
			continue;
		counts->rcu_max_ns = max(counts->rcu_max_ns, held);
		whole = lm_scan_pause(process, thread);
		since = ktime_get_ns();
		if (!whole)
			goto unlock;
	}
unlock:
	counts->rcu_max_ns = max_t(u64, counts->rcu_max_ns, ktime_get_ns() - since);
	rcu_read_unlock();
	return whole;
}

/* The parts of a walk end by the clock, as above. */
static bool lm_scan_each_once(bool (*visit)(struct task_struct *thread, void *data), void *data,
			      u64 *rcu_max_ns)
{
	struct task_struct *process, *thread;
	unsigned int threads = 0;
	bool whole = true;
	u64 since, held;

	rcu_read_lock();
	since = ktime_get_ns();
	for_each_process_thread(process, thread) {
		if (!visit(thread, data))
			goto unlock;
		if (++threads % LM_CLOCK_EVERY)
			continue;
		held = ktime_get_ns() - since;
		if (held < LM_RCU_MAX_NS)
			continue;
		*rcu_max_ns = max(*rcu_max_ns, held);
		whole = lm_scan_pause(process, thread);
		since = ktime_get_ns();
		if (!whole)
			goto unlock;
	}
unlock:
	*rcu_max_ns = max_t(u64, *rcu_max_ns, ktime_get_ns() - since);
	rcu_read_unlock();
	return whole;
}

bool lm_scan_each(bool (*visit)(struct task_struct *thread, void *data), void *data,
		  u64 *rcu_max_ns)
{
	unsigned int walk;

	for (walk = 1; walk <= LM_WALKS; walk++)
		if (lm_scan_each_once(visit, data, rcu_max_ns))
			return true;
	return false;
}

void lm_scan_other(struct lm_match *match)
{
	unsigned int tries = 0;

	do {
		match->share = lm_scan_share(match->task, match);
		/* The same for one that is no load: its stack is at stake. */
	} while (match->share == LM_NONE && match->on_cpu && tries++ < LM_LEAVING_TRIES);
	if (match->share == LM_NONE)
		match->share = LM_ASLEEP;
}

void lm_scan(struct lm_counts *counts, const struct task_struct *asker, struct lm_matches *matches)
{
	u64 rcu_max_ns = 0;
	unsigned int walk;

	for (walk = 1; walk <= LM_WALKS; walk++) {
		lm_scan_forget(matches);
		memset(counts, 0, sizeof(*counts));
		counts->walks = walk;
		counts->rcu_max_ns = rcu_max_ns;
		if (lm_scan_once(counts, asker, matches))
			return;
		rcu_max_ns = counts->rcu_max_ns;
	}
	counts->incomplete = true;
}
