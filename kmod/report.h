/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a dump: see exporter/docs/dump-format.md for every word of it. */
#ifndef LM_REPORT_H
#define LM_REPORT_H

#include <linux/sched.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "scan.h"

#define LM_REASON_MAX 63

enum lm_kind {
	LM_MANUAL,
	LM_THRESHOLD,
	LM_ACTIVE,
	LM_KINDS,
};

enum lm_place {
	LM_SLEEPS,
	LM_QUEUED,
	LM_ON_CPU_USER,
	LM_ON_CPU_KERNEL,
	/* On a CPU that did not answer or may not be asked. */
	LM_ON_CPU,
};

/* Why a task has no stack, or not all of it. */
#define LM_FLAG_UNSTABLE	0x01
#define LM_FLAG_UNWIND_FAILED	0x02
#define LM_FLAG_CPU_NO_ANSWER	0x04
#define LM_FLAG_CPU_ISOLATED	0x08
#define LM_FLAG_NO_ROOM		0x10
#define LM_FLAG_NO_UNWINDER	0x20
#define LM_FLAG_PARTIAL		0x40
#define LM_FLAG_HOTPLUG		0x80

/* The kernel keeps no scheduling times, or the task never ran. */
#define LM_SINCE_UNKNOWN U64_MAX

/* One task of the load, as the capture saw it. */
struct lm_task {
	struct task_struct *task;
	/* Since the task last got a CPU: the time in its state is at most that. */
	u64 since_ns;
	u64 switches;
	u32 stack;
	/* The next task with the same stack, by index + 1; 0 ends the chain. */
	u32 next;
	int cpu;
	bool uninterruptible;
	u8 place;
	u8 flags;
	char comm[TASK_COMM_LEN];
};

struct cpumask;

struct lm_facts {
	u64 id;
	enum lm_kind kind;
	char reason[LM_REASON_MAX + 1];
	/* Who waits for the dump, and is not in it; pid 0 is nobody. */
	pid_t asker_pid;
	char asker_comm[TASK_COMM_LEN];
	struct timespec64 wall;
	u64 monotonic_ns;
	unsigned long average[3];
	unsigned int cpus;
	struct lm_counts counts;
	unsigned int unstable;
	unsigned int unwind_failed;
	unsigned int partial;
	unsigned int no_room;
	unsigned int cpu_no_answer;
	/* Those of them that were asked. */
	const struct cpumask *silent;
	u64 lost_dumps;
	u64 capture_ns;
	u64 irq_off_max_ns;
};

/* Reads the boot id, which no kernel exports, from /proc; without it dumps have none. */
void lm_report_init(void);

/*
 * Writes the dump into the ring's memory. @without are the tasks that have no stack, as a chain
 * like those in the stacks. Returns the first chunk or 0, and how many tasks found no room.
 */
u32 lm_report_write(const struct lm_facts *facts, const struct lm_task *tasks, u32 without,
		    unsigned int *truncated);

/* Prints a finished dump to the kernel log. */
void lm_report_log(u32 first);

#endif
