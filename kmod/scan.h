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
	/* All that there were. */
	unsigned int seen;
};

/*
 * Counts the load without the caller and without @asker, who waits for the answer. With @matches,
 * pins the tasks in it. Process context; sleeps between parts of the walk. With @matches one caller
 * at a time.
 */
void lm_scan(struct lm_counts *counts, const struct task_struct *asker, struct lm_matches *matches);

#endif
