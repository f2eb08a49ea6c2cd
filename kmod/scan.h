/* SPDX-License-Identifier: GPL-2.0-only */
/* Phase 1: one bounded walk over all threads that counts the load and pins the tasks in it. */
#ifndef LM_SCAN_H
#define LM_SCAN_H

#include <linux/types.h>

struct task_struct;

struct lm_counts {
	unsigned int threads;
	unsigned int running;
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
	bool uninterruptible;
	bool on_cpu;
};

/* Pinned tasks; the caller gives them back with put_task_struct(). */
struct lm_matches {
	struct lm_match *match;
	unsigned int used;
	unsigned int size;
};

/*
 * Counts the load without the caller and without @asker, who waits for the answer. With @matches,
 * pins every task in it until @matches is full. Process context; sleeps between parts of the walk.
 */
void lm_scan(struct lm_counts *counts, const struct task_struct *asker, struct lm_matches *matches);

#endif
