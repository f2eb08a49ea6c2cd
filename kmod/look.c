// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/loadavg.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "cgroups.h"
#include "compat.h"
#include "cpus.h"
#include "holders.h"
#include "look.h"
#include "ring.h"
#include "stacks.h"
#include "symbols.h"
#include "unwind.h"

/* Who looks is their only user. */
static struct lm_matches lm_look_matches;
static struct lm_task *lm_look_seen;
static struct cpumask lm_look_cpus;

static u64 lm_look_since(u64 then)
{
	u64 now = local_clock();

	if (!then)
		return LM_TIME_UNKNOWN;
	/* The CPUs' clocks may differ by a little. */
	return now > then ? now - then : 0;
}

static void lm_look_times(struct lm_task *seen, const struct task_struct *task)
{
	seen->since_ns = LM_TIME_UNKNOWN;
	seen->queued_ns = LM_TIME_UNKNOWN;
	seen->run_delay_ns = LM_TIME_UNKNOWN;
#ifdef LM_HAVE_SCHED_INFO
	seen->since_ns = lm_look_since(READ_ONCE(task->sched_info.last_arrival));
	seen->queued_ns = lm_look_since(READ_ONCE(task->sched_info.last_queued));
	seen->run_delay_ns = READ_ONCE(task->sched_info.run_delay);
#endif
}

/* Names without task_lock(): one that changes right now may be half old and half new. */
static void lm_look_identity(struct lm_task *seen, struct task_struct *task)
{
	struct task_struct *leader;

	seen->pid = task_pid_nr(task);
	seen->tgid = task_tgid_nr(task);
	seen->start_ns = task->start_time;
	memcpy(seen->comm, task->comm, sizeof(seen->comm));
	seen->leader[0] = '\0';
	seen->ppid = LM_PID_UNKNOWN;
	rcu_read_lock();
	/* Once it is dead it has neither a parent nor a leader that could be followed. */
	if (pid_alive(task)) {
		seen->ppid = task_ppid_nr(task);
		leader = READ_ONCE(task->group_leader);
		if (leader != task)
			memcpy(seen->leader, leader->comm, sizeof(seen->leader));
	}
	rcu_read_unlock();
}

static void lm_look_keep(struct lm_task *seen, const struct lm_frames *frames)
{
	seen->stack = lm_stacks_add(frames->address, frames->depth, frames->exact);
	if (!seen->stack)
		seen->flags |= LM_FLAG_NO_ROOM;
	else if (frames->partial)
		seen->flags |= LM_FLAG_PARTIAL;
}

static void lm_look_answered(struct lm_task *seen, const struct lm_cpu *cpu)
{
	if (!cpu->below.known) {
		seen->place = LM_ON_CPU;
		seen->flags |= LM_FLAG_UNWIND_FAILED;
	} else if (cpu->below.user) {
		seen->place = LM_ON_CPU_USER;
	} else {
		seen->place = LM_ON_CPU_KERNEL;
		if (cpu->below.frames.depth)
			lm_look_keep(seen, &cpu->below.frames);
		else
			seen->flags |= LM_FLAG_UNWIND_FAILED;
	}
}

/* On a CPU, and not the task that the CPU named when it was asked. */
static void lm_look_unanswered(struct lm_task *seen, const struct lm_cpu *cpu)
{
	seen->place = LM_ON_CPU;
	if (cpu->answer == LM_CPU_HOTPLUG)
		seen->flags |= LM_FLAG_HOTPLUG;
	else if (cpu->answer == LM_CPU_SILENT)
		seen->flags |= LM_FLAG_CPU_NO_ANSWER;
	else if (cpu->answer == LM_CPU_ISOLATED)
		seen->flags |= LM_FLAG_CPU_ISOLATED;
	else
		seen->flags |= LM_FLAG_UNSTABLE;
}

/* It does not any more what it did when it was seen: what is left is said of that moment. */
static void lm_look_moved_on(struct lm_task *seen, const struct lm_match *match)
{
	if (match->share == LM_RUNNING && match->on_cpu)
		seen->place = LM_ON_CPU;
	seen->since_ns = LM_TIME_UNKNOWN;
	seen->flags |= LM_FLAG_UNSTABLE;
}

static void lm_look_off_cpu(struct lm_task *seen, struct lm_match *match)
{
	/* Too large for a stack; the thread's own. */
	static struct lm_frames frames;
	enum lm_unwound unwound;

	seen->place = lm_share_sleeps(match->share) ? LM_SLEEPS : LM_QUEUED;
	unwound = lm_unwind_task(match, &frames);
	seen->switches = match->switches;
	if (unwound != LM_UNWIND_UNSTABLE && lm_share_sleeps(match->share))
		lm_holders_note(match - lm_look_matches.match, match, &frames);
	switch (unwound) {
	case LM_UNWOUND:
		lm_look_keep(seen, &frames);
		break;
	case LM_UNWIND_UNSTABLE:
		lm_look_moved_on(seen, match);
		break;
	case LM_UNWIND_FAILED:
		seen->flags |= LM_FLAG_UNWIND_FAILED;
		break;
	}
}

static char lm_look_state(enum lm_share share)
{
	if (share == LM_ASLEEP)
		return 'S';
	return share == LM_UNINTERRUPTIBLE ? 'D' : 'R';
}

static void lm_look_at(struct lm_task *seen, struct lm_match *match)
{
	struct task_struct *task = match->task;
	const struct lm_cpu *cpu;

	memset(seen, 0, sizeof(*seen));
	lm_look_identity(seen, task);
	lm_look_times(seen, task);
	seen->state = lm_look_state(match->share);
	seen->cpu = task_cpu(task);
	seen->switches = match->switches;
	seen->cgroup = lm_cgroups_add(task);
	if (match->share == LM_DELAYED)
		seen->flags |= LM_FLAG_DELAYED;
	if (match->share == LM_BLOCKED)
		seen->flags |= LM_FLAG_BLOCKED;

	cpu = lm_cpus_get(seen->cpu);
	if (match->share == LM_RUNNING && cpu->answer == LM_CPU_ANSWERED && cpu->task == task)
		lm_look_answered(seen, cpu);
	else if (match->share == LM_RUNNING && lm_task_on_cpu(task))
		lm_look_unanswered(seen, cpu);
	else
		lm_look_off_cpu(seen, match);
	if (seen->place != LM_QUEUED)
		seen->queued_ns = LM_TIME_UNKNOWN;
}

/* Only the tasks with one of these flags, or with 0 all. */
static void lm_look_at_all(u16 only)
{
	unsigned int i;

	for (i = 0; i < lm_look_matches.used; i++) {
		if (only && !(lm_look_seen[i].flags & only))
			continue;
		lm_look_at(lm_look_seen + i, lm_look_matches.match + i);
		cond_resched();
	}
}

/* Chains of locks whose owners are all asleep and no load are followed this far. */
#define LM_LOOK_OWNERS_TURNS 4

/*
 * Who holds what the load waits for. An owner that is no load itself is looked at as well, though
 * it is counted nowhere: what it does is what all of them wait for; and that may be a lock, too.
 */
static void lm_look_at_holders(struct lm_facts *facts)
{
	struct lm_matches *matches = &lm_look_matches;
	unsigned int turn, looked = 0, place;

	for (turn = 0; turn < LM_LOOK_OWNERS_TURNS; turn++) {
		lm_holders_settle(matches, &facts->counts.rcu_max_ns);
		if (looked == matches->owners)
			return;
		while (looked < matches->owners) {
			place = matches->size + looked++;
			lm_scan_other(matches->match + place);
			lm_look_at(lm_look_seen + place, matches->match + place);
			lm_look_seen[place].flags |= LM_FLAG_OWNER;
		}
	}
}

static void lm_look_tell_wait(u32 place, u32 lock, bool read)
{
	lm_look_seen[place].lock = lock;
	lm_look_seen[place].wait_read = read;
	if (place < lm_look_matches.used)
		lm_locks_get(lock)->waiters++;
}

static unsigned int lm_look_flagged(u16 flag)
{
	unsigned int i, flagged = 0;

	for (i = 0; i < lm_look_matches.used; i++)
		flagged += !!(lm_look_seen[i].flags & flag);
	return flagged;
}

/* The CPUs on which the walk saw somebody: the others are idle, and are not woken. */
static void lm_look_find_busy_cpus(void)
{
	const struct lm_match *match;
	unsigned int i;

	cpumask_clear(&lm_look_cpus);
	for (i = 0; i < lm_look_matches.used; i++) {
		match = lm_look_matches.match + i;
		if (match->share == LM_RUNNING && match->on_cpu)
			cpumask_set_cpu(task_cpu(match->task), &lm_look_cpus);
	}
}

/* And those to which somebody came since. */
static bool lm_look_find_missed_cpus(void)
{
	unsigned int i;

	cpumask_clear(&lm_look_cpus);
	for (i = 0; i < lm_look_matches.used; i++)
		if ((lm_look_seen[i].flags & LM_FLAG_UNSTABLE) &&
		    lm_look_matches.match[i].share == LM_RUNNING)
			cpumask_set_cpu(task_cpu(lm_look_matches.match[i].task), &lm_look_cpus);
	return !cpumask_empty(&lm_look_cpus);
}

static void lm_look_begin(struct lm_facts *facts)
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
	lm_cgroups_clear();
	lm_symbols_begin();
	lm_holders_begin(facts->monotonic_ns);
	lm_look_matches.owners = 0;
}

static void lm_look_end(struct lm_facts *facts)
{
	unsigned int i;

	facts->tasks = lm_look_seen;
	facts->kept = lm_look_matches.used;
	facts->unstable = lm_look_flagged(LM_FLAG_UNSTABLE);
	facts->unwind_failed = lm_look_flagged(LM_FLAG_UNWIND_FAILED);
	facts->partial = lm_look_flagged(LM_FLAG_PARTIAL);
	facts->no_room = lm_look_flagged(LM_FLAG_NO_ROOM);
	facts->cpu_no_answer = lm_cpus_unanswered();
	for (i = 0; i < lm_look_matches.used; i++) {
		facts->cgroup_no_room += lm_look_seen[i].cgroup == LM_CGROUP_NO_ROOM;
		put_task_struct(lm_look_matches.match[i].task);
	}
	facts->owners_first = lm_look_matches.size;
	facts->owners = lm_look_matches.owners;
	for (i = 0; i < facts->owners; i++)
		put_task_struct(lm_look_matches.match[facts->owners_first + i].task);
	lm_look_matches.used = 0;
	facts->capture_ns = ktime_get_ns() - facts->monotonic_ns;
}

void lm_look(struct lm_facts *facts, const struct task_struct *asker)
{
	lm_look_begin(facts);
	lm_scan(&facts->counts, asker, &lm_look_matches);
	lm_look_find_busy_cpus();
	lm_cpus_ask(&lm_look_cpus, &facts->irq_off_max_ns);
	lm_look_at_all(0);
	lm_cpus_forget();
	/* Some came to a CPU since it was asked: one more question finds most of them. */
	if (lm_look_find_missed_cpus()) {
		lm_cpus_ask(&lm_look_cpus, &facts->irq_off_max_ns);
		lm_look_at_all(LM_FLAG_UNSTABLE);
		lm_cpus_forget();
	}
	lm_look_at_holders(facts);
	lm_holders_tell(lm_look_tell_wait);
	lm_look_end(facts);
}

int lm_look_init(unsigned int max_tasks)
{
	unsigned int places = max_tasks + LM_OWNERS_MAX;

	lm_look_matches.size = max_tasks;
	lm_look_matches.match = vzalloc(array_size(places, sizeof(*lm_look_matches.match)));
	lm_look_seen = vzalloc(array_size(places, sizeof(*lm_look_seen)));
	if (lm_look_matches.match && lm_look_seen)
		return 0;
	lm_look_exit();
	return -ENOMEM;
}

void lm_look_exit(void)
{
	vfree(lm_look_seen);
	vfree(lm_look_matches.match);
}
