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

/* Why a task has no stack, or not all of it; 0x180: why it is load although it sleeps. */
#define LM_FLAG_UNSTABLE	0x001
#define LM_FLAG_UNWIND_FAILED	0x002
#define LM_FLAG_CPU_NO_ANSWER	0x004
#define LM_FLAG_CPU_ISOLATED	0x008
#define LM_FLAG_NO_ROOM		0x010
#define LM_FLAG_PARTIAL		0x020
#define LM_FLAG_HOTPLUG		0x040
#define LM_FLAG_DELAYED		0x080
#define LM_FLAG_BLOCKED		0x100
/* It is no load, and listed because it holds what others wait for. */
#define LM_FLAG_OWNER		0x200

/* The kernel keeps no scheduling times, or there is no such time of this task. */
#define LM_TIME_UNKNOWN U64_MAX

#define LM_PID_UNKNOWN (-1)

/* One task of the load, as it was seen. */
struct lm_task {
	/* Since the task last got a CPU: the time in its state is at most that. */
	u64 since_ns;
	/* Waiting for a CPU since. */
	u64 queued_ns;
	/* All that it waited for a CPU in its life. */
	u64 run_delay_ns;
	u64 switches;
	u64 start_ns;
	u32 stack;
	/* Its number, LM_CGROUP_NONE or LM_CGROUP_NO_ROOM. */
	u32 cgroup;
	/* The number of the lock that it waits for; 0: none. */
	u32 lock;
	/* The next task with the same stack, by index + 1; 0 ends the chain. The report's. */
	u32 next;
	int pid;
	int tgid;
	/* LM_PID_UNKNOWN: it had ended by then. */
	int ppid;
	int cpu;
	u16 flags;
	u8 place;
	/* R or D by the kernel's definition of load; S of who is none. */
	char state;
	/* It wants to share the lock that it waits for. */
	bool wait_read;
	char comm[TASK_COMM_LEN];
	/* The name of the first thread of its process; empty of that one itself. */
	char leader[TASK_COMM_LEN];
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
	/* All tasks of the load, or where there are more than room a fair sample of them. */
	struct lm_task *tasks;
	unsigned int kept;
	/* Behind them, from this one on: who is no load, and holds what they wait for. */
	unsigned int owners_first;
	unsigned int owners;
	unsigned int unstable;
	unsigned int unwind_failed;
	unsigned int partial;
	unsigned int no_room;
	unsigned int cgroup_no_room;
	unsigned int cpu_no_answer;
	/* Those of them that were asked. */
	const struct cpumask *silent;
	u64 lost_dumps;
	u64 capture_ns;
	u64 irq_off_max_ns;
};

struct lm_report {
	/* The first chunk of the text, or 0: there was no room for any. */
	u32 first;
	/* Tasks of the load that are not in it. */
	unsigned int truncated;
	/* Tasks in it whose stack was there already. */
	unsigned int deduplicated;
};

/* Reads the boot id, which no kernel exports, from /proc; without it dumps have none. */
void lm_report_init(void);

/*
 * Writes the dump into the ring's memory. Where the tasks are more than there is room for, those in
 * it are a fair sample. One caller at a time; process context, not urgent any more.
 */
struct lm_report lm_report_write(const struct lm_facts *facts);

#endif
