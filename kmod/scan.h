/* SPDX-License-Identifier: GPL-2.0-only */
/* Phase 1: one bounded walk over all threads that counts the load and pins the tasks in it. */
#ifndef LM_SCAN_H
#define LM_SCAN_H

#include <linux/types.h>

#include "load.h"

struct task_struct;

struct lm_counts {
	unsigned int threads;
	/* In a CPU's queue, with those that only the scheduler's accounts keep there. */
	unsigned int running;
	/* These. */
	unsigned int delayed;
	unsigned int uninterruptible;
	/* Sleeping in I/O, whatever the state: what /proc/stat calls procs_blocked. */
	unsigned int iowait;
	/* The walk met a process that went away in a pause, too often to begin again. */
	bool incomplete;
	/* Times that it was begun: once, and once more each time that it lost its place. */
	unsigned int walks;
	u64 rcu_max_ns;
};

/* Tasks beside the load that are looked at, because they hold what it waits for. */
#define LM_OWNERS_MAX 256

struct lm_match {
	struct task_struct *task;
	/* Times it was switched out, read before its state: names the sleep it was seen in. */
	unsigned long switches;
	enum lm_share share;
	bool on_cpu;
};

/*
 * Pinned tasks; the caller gives them back with put_task_struct(). When there are more than @size,
 * those that are kept are a fair sample: each had the same chance.
 */
struct lm_matches {
	struct lm_match *match;
	unsigned int used;
	unsigned int size;
	/* Behind all of these, from @size on, up to LM_OWNERS_MAX that are no load. */
	unsigned int owners;
	/* All that there were. */
	unsigned int seen;
};

/*
 * Counts the load without the caller and without @asker, who waits for the answer. With @matches,
 * pins the tasks in it. Process context; sleeps between parts of the walk. With @matches one caller
 * at a time.
 */
void lm_scan(struct lm_counts *counts, const struct task_struct *asker, struct lm_matches *matches);

/*
 * Shows @visit each thread, some maybe twice, under RCU, until it wants no more. Returns false when
 * it lost its place too often: not all were shown. The longest section goes into @rcu_max_ns.
 */
bool lm_scan_each(bool (*visit)(struct task_struct *thread, void *data), void *data,
		  u64 *rcu_max_ns);

/* How a pinned task that is no part of the load is to be looked at, with the count of its sleep. */
void lm_scan_other(struct lm_match *match);

#endif
