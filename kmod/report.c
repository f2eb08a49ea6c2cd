// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/utsname.h>

#include "compat.h"
#include "history.h"
#include "load.h"
#include "report.h"
#include "ring.h"
#include "stacks.h"
#include "symbols.h"
#include "text.h"

#define LM_VERSION 1

/* What the header needs at most with the longest reason, all of it escaped, and the history. */
#define LM_HEADER_CHUNKS 4
#define LM_FOOTER_CHUNKS 1

/* More CPUs that did not answer are counted, but not named: the header has an end. */
#define LM_SILENT_NAMED 32

/* Deeper or longer paths are left out; container runtimes stay well below. */
#define LM_CGROUP_MAX 1024

#define LM_UUID_LENGTH 36

/* Empty when it could not be read. */
static char lm_boot_id[LM_UUID_LENGTH + 1];

static const char *const lm_kind_names[LM_KINDS] = {
	[LM_MANUAL] = "manual",
	[LM_THRESHOLD] = "threshold",
	[LM_ACTIVE] = "active",
};

static const char *const lm_place_names[] = {
	[LM_SLEEPS] = "sleep",
	[LM_QUEUED] = "queue",
	[LM_ON_CPU_USER] = "cpu-user",
	[LM_ON_CPU_KERNEL] = "cpu-kernel",
	[LM_ON_CPU] = "cpu",
};

static const struct {
	u8 flag;
	const char *name;
} lm_flag_names[] = {
	{ LM_FLAG_UNSTABLE, "unstable" },
	{ LM_FLAG_UNWIND_FAILED, "unwind_failed" },
	{ LM_FLAG_CPU_NO_ANSWER, "cpu_no_answer" },
	{ LM_FLAG_CPU_ISOLATED, "cpu_isolated" },
	{ LM_FLAG_NO_ROOM, "no_room" },
	{ LM_FLAG_NO_UNWINDER, "no_unwinder" },
	{ LM_FLAG_PARTIAL, "partial" },
	{ LM_FLAG_HOTPLUG, "hotplug" },
};

/* What found room; the first record that does not fit ends the body. */
struct lm_written {
	unsigned int tasks;
	unsigned int stacks;
	bool full;
};

void lm_report_init(void)
{
	struct file *file = filp_open("/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
	loff_t position = 0;
	unsigned int i;

	if (IS_ERR(file))
		return;
	if (kernel_read(file, lm_boot_id, LM_UUID_LENGTH, &position) != LM_UUID_LENGTH)
		lm_boot_id[0] = '\0';
	filp_close(file, NULL);
	for (i = 0; lm_boot_id[i]; i++)
		if (!isxdigit(lm_boot_id[i]) && lm_boot_id[i] != '-')
			lm_boot_id[0] = '\0';
}

static void lm_report_average(struct lm_text *text, const char *key, unsigned long fixed)
{
	struct lm_average shown = lm_load_average(fixed);

	lm_text_print(text, " %s=%lu.%02u", key, shown.whole, shown.hundredths);
}

static void lm_report_wall(struct lm_text *text, const struct timespec64 *wall)
{
	struct tm date;

	time64_to_tm(wall->tv_sec, 0, &date);
	lm_text_print(text, " wall=%04ld-%02d-%02dT%02d:%02d:%02d.%06ldZ", date.tm_year + 1900,
		      date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
		      wall->tv_nsec / NSEC_PER_USEC);
}

static void lm_report_tick(struct lm_text *text, u64 now_ns)
{
	struct lm_tick tick;
	u64 age_ns;

	if (!lm_history_get(0, &tick))
		return;
	age_ns = now_ns > tick.time_ns ? now_ns - tick.time_ns : 0;
	lm_text_print(text, "tick age_ms=%llu active=%u", div_u64(age_ns, NSEC_PER_MSEC),
		      tick.active);
	lm_report_average(text, "avg1", tick.average);
	lm_text_print(text, "\n");
}

/* All that is known, the newest first, runs of the same number as NUMBERxTIMES. */
static void lm_report_history(struct lm_text *text)
{
	struct lm_text_mark mark = lm_text_mark(text);
	struct lm_tick tick, older;
	unsigned int back, times;

	if (!lm_history_get(0, &tick))
		return;
	lm_text_print(text, "history period_ms=%llu active=",
		      div_u64(lm_load_period_ns(), NSEC_PER_MSEC));
	for (back = 0; lm_history_get(back, &tick) && !text->full; back += times) {
		times = 1;
		while (lm_history_get(back + times, &older) && older.active == tick.active)
			times++;
		lm_text_print(text, back ? ",%u" : "%u", tick.active);
		if (times > 1)
			lm_text_print(text, "x%u", times);
	}
	lm_text_print(text, "\n");
	if (text->full)
		lm_text_rollback(text, mark);
}

static void lm_report_asker(struct lm_text *text, const struct lm_facts *facts)
{
	if (!facts->asker_pid)
		return;
	lm_text_print(text, " asker_pid=%d asker_comm=", facts->asker_pid);
	lm_text_quote(text, facts->asker_comm,
		      strnlen(facts->asker_comm, sizeof(facts->asker_comm)));
}

static void lm_report_silent(struct lm_text *text, const struct cpumask *silent)
{
	const char *separator = " silent_cpus=";
	unsigned int named = 0;
	int cpu;

	for_each_cpu(cpu, silent) {
		if (named++ == LM_SILENT_NAMED)
			return;
		lm_text_print(text, "%s%d", separator, cpu);
		separator = ",";
	}
}

static void lm_report_header(struct lm_text *text, const struct lm_facts *facts,
			     const struct lm_written *written, unsigned int truncated)
{
	const struct lm_counts *counts = &facts->counts;
	unsigned int active = counts->running + counts->uninterruptible;

	lm_text_print(text, "load_monitor dump version=%d id=%llu source=kmod", LM_VERSION,
		      facts->id);
	if (lm_boot_id[0])
		lm_text_print(text, " boot_id=%s", lm_boot_id);
	lm_text_print(text, " release=%s\n", init_utsname()->release);

	lm_text_print(text, "trigger kind=%s reason=", lm_kind_names[facts->kind]);
	lm_text_quote(text, facts->reason, strlen(facts->reason));
	lm_text_print(text, " cause=%s",
		      lm_load_present(active, facts->average[0]) ? "present" : "decaying");
	lm_report_asker(text, facts);
	lm_text_print(text, "\n");

	lm_text_print(text, "time");
	lm_report_wall(text, &facts->wall);
	lm_text_print(text, " monotonic_ns=%llu\n", facts->monotonic_ns);

	lm_text_print(text, "load");
	lm_report_average(text, "avg1", facts->average[0]);
	lm_report_average(text, "avg5", facts->average[1]);
	lm_report_average(text, "avg15", facts->average[2]);
	lm_text_print(text, " active=%u cpus=%u", active, facts->cpus);
	lm_report_silent(text, facts->silent);
	lm_text_print(text, "\n");

	lm_report_tick(text, facts->monotonic_ns);

	lm_text_print(text, "count scanned=%u running=%u uninterruptible=%u iowait=%u",
		      counts->threads, counts->running, counts->uninterruptible, counts->iowait);
	lm_text_print(text, " captured=%u stacks=%u truncated=%u", written->tasks, written->stacks,
		      truncated);
	lm_text_print(text, " unstable=%u unwind_failed=%u", facts->unstable, facts->unwind_failed);
	lm_text_print(text, " partial=%u no_room=%u", facts->partial, facts->no_room);
	lm_text_print(text, " cpu_no_answer=%u lost_dumps=%llu complete=%d\n",
		      facts->cpu_no_answer, facts->lost_dumps, !counts->incomplete);

	lm_text_print(text, "cost capture_ns=%llu irq_off_max_ns=%llu rcu_max_ns=%llu walks=%u\n",
		      facts->capture_ns, facts->irq_off_max_ns, counts->rcu_max_ns, counts->walks);

	lm_report_history(text);
}

/*
 * The scheduler's own way into sleep is the same for every sleeper, and /proc/PID/stack hides it
 * too. What lies below (mutex_lock, wait_for_completion) says why, and stays.
 */
static bool lm_report_is_scheduler(const char *symbol)
{
	return str_has_prefix(symbol, "__schedule+") || str_has_prefix(symbol, "schedule+") ||
	       str_has_prefix(symbol, "schedule_") || str_has_prefix(symbol, "io_schedule");
}

static void lm_report_stack(struct lm_text *text, u32 id)
{
	/* One dump is written at a time, by one thread. */
	static char symbol[LM_SYMBOL_MAX];
	const struct lm_stack *stack = lm_stacks_get(id);
	const unsigned long *frames = lm_stacks_frames(stack);
	bool entering = !stack->exact;
	unsigned int i;

	lm_text_print(text, "stack id=%u tasks=%u\n", id, stack->tasks);
	for (i = 0; i < stack->depth; i++) {
		lm_symbols_name(symbol, frames[i], i == 0 && stack->exact);
		if (i == 0)
			entering = entering && str_has_prefix(symbol, "__schedule+");
		entering = entering && lm_report_is_scheduler(symbol);
		if (entering && i + 1 < stack->depth)
			continue;
		lm_text_print(text, "  %s\n", symbol);
	}
}

static void lm_report_cgroup(struct lm_text *text, struct task_struct *task)
{
#if defined(CONFIG_CGROUPS) && defined(LM_HAVE_CGROUP_PATH_NS)
	/* One dump is written at a time, by one thread. */
	static char path[LM_CGROUP_MAX];
	int length;

	rcu_read_lock();
	length = cgroup_path(task_dfl_cgroup(task), path, sizeof(path));
	rcu_read_unlock();
	if (length <= 0 || length >= sizeof(path))
		return;
	lm_text_print(text, " cgroup=");
	lm_text_quote(text, path, strlen(path));
#endif
}

static void lm_report_flags(struct lm_text *text, u8 flags)
{
	const char *separator = " flags=";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lm_flag_names); i++) {
		if (!(flags & lm_flag_names[i].flag))
			continue;
		lm_text_print(text, "%s%s", separator, lm_flag_names[i].name);
		separator = "|";
	}
}

static void lm_report_task(struct lm_text *text, const struct lm_task *seen)
{
	struct task_struct *task = seen->task;

	lm_text_print(text, "task pid=%d tgid=%d ppid=%d cpu=%d state=%c on=%s",
		      task_pid_nr(task), task_tgid_nr(task), task_ppid_nr(task), seen->cpu,
		      seen->uninterruptible ? 'D' : 'R', lm_place_names[seen->place]);
	if (seen->since_ns != LM_SINCE_UNKNOWN)
		lm_text_print(text, " since_ms=%llu", div_u64(seen->since_ns, NSEC_PER_MSEC));
	lm_text_print(text, " switches=%llu start_ns=%llu stack=%u", seen->switches,
		      task->start_time, seen->stack);
	lm_report_flags(text, seen->flags);
	lm_report_cgroup(text, task);
	lm_text_print(text, " comm=");
	lm_text_quote(text, seen->comm, strnlen(seen->comm, sizeof(seen->comm)));
	lm_text_print(text, "\n");
}

static bool lm_report_fits(struct lm_text *text, struct lm_text_mark mark,
			   struct lm_written *written)
{
	if (!text->full)
		return true;
	lm_text_rollback(text, mark);
	written->full = true;
	return false;
}

static void lm_report_tasks(struct lm_text *text, const struct lm_task *tasks, u32 first,
			    struct lm_written *written)
{
	struct lm_text_mark mark;
	u32 index;

	for (index = first; index && !written->full; index = tasks[index - 1].next) {
		mark = lm_text_mark(text);
		lm_report_task(text, tasks + index - 1);
		if (lm_report_fits(text, mark, written))
			written->tasks++;
		cond_resched();
	}
}

static void lm_report_body(struct lm_text *text, const struct lm_task *tasks, u32 without,
			   struct lm_written *written)
{
	struct lm_text_mark mark;
	u32 id;

	for (id = 1; id <= lm_stacks_count() && !written->full; id++) {
		mark = lm_text_mark(text);
		lm_report_stack(text, id);
		if (!lm_report_fits(text, mark, written))
			return;
		written->stacks++;
		lm_report_tasks(text, tasks, lm_stacks_get(id)->first_task, written);
	}
	lm_report_tasks(text, tasks, without, written);
}

u32 lm_report_write(const struct lm_facts *facts, const struct lm_task *tasks, u32 without,
		    unsigned int *truncated)
{
	unsigned int active = facts->counts.running + facts->counts.uninterruptible;
	struct lm_written written = {};
	struct lm_text header, body;

	/* The header counts what the body holds, so it is written last, into room kept for it. */
	if (lm_text_begin(&header, LM_HEADER_CHUNKS))
		return 0;
	if (lm_text_begin(&body, LM_FOOTER_CHUNKS)) {
		lm_text_abandon(&header);
		return 0;
	}
	lm_report_body(&body, tasks, without, &written);
	*truncated = active - written.tasks;
	lm_text_open_reserve(&body);
	lm_text_print(&body, "end id=%llu tasks=%u\n", facts->id, written.tasks);
	lm_text_open_reserve(&header);
	lm_report_header(&header, facts, &written, *truncated);
	return lm_text_join(&header, &body);
}

void lm_report_log(u32 first)
{
	/* One dump is written at a time, by one thread. */
	static char line[LM_SYMBOL_MAX];
	unsigned int used = 0, i;
	u32 chunk;

	for (chunk = first; chunk; chunk = lm_chunk_next(chunk)) {
		const char *bytes = lm_chunk_bytes(chunk);

		for (i = 0; i < lm_chunk_used(chunk); i++) {
			if (bytes[i] != '\n' && used < sizeof(line) - 1) {
				line[used++] = bytes[i];
				continue;
			}
			line[used] = '\0';
			pr_info("%s\n", line);
			used = 0;
			if (bytes[i] != '\n')
				line[used++] = bytes[i];
			cond_resched();
		}
	}
}
