// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/utsname.h>

#include "cgroups.h"
#include "compat.h"
#include "history.h"
#include "load.h"
#include "locks.h"
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

/* Tries to find how many tasks fit; the last one cuts off, but only what readers hold meanwhile. */
#define LM_ATTEMPTS 4

/* A load that was there at one of so many ticks is no echo of one that has gone. */
#define LM_ECHO_TICKS 2

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
	u16 flag;
	const char *name;
} lm_flag_names[] = {
	{ LM_FLAG_UNSTABLE, "unstable" },
	{ LM_FLAG_UNWIND_FAILED, "unwind_failed" },
	{ LM_FLAG_CPU_NO_ANSWER, "cpu_no_answer" },
	{ LM_FLAG_CPU_ISOLATED, "cpu_isolated" },
	{ LM_FLAG_NO_ROOM, "no_room" },
	{ LM_FLAG_PARTIAL, "partial" },
	{ LM_FLAG_HOTPLUG, "hotplug" },
	{ LM_FLAG_DELAYED, "delayed" },
	{ LM_FLAG_BLOCKED, "blocked" },
	{ LM_FLAG_OWNER, "owner" },
};

static const char *const lm_lock_names[LM_LOCK_KINDS] = {
	[LM_MUTEX] = "mutex",
	[LM_RWSEM] = "rwsem",
	[LM_SEMAPHORE] = "semaphore",
	[LM_RT_MUTEX] = "rt_mutex",
	[LM_PERCPU_RWSEM] = "percpu_rwsem",
};

static const char *const lm_held_names[] = {
	[LM_HELD_WRITE] = "write",
	[LM_HELD_READ] = "read",
	[LM_HELD_LAST] = "last",
	[LM_HELD_NOBODY] = "nobody",
	[LM_HELD_GONE] = "gone",
	[LM_HELD_CHANGING] = "changing",
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

/*
 * The scheduler's own way into sleep is the same for every sleeper, and /proc/PID/stack hides it
 * too. What lies below (mutex_lock, wait_for_completion) says why, and stays.
 */
static bool lm_report_is_scheduler(const char *symbol)
{
	return str_has_prefix(symbol, "__schedule+") || str_has_prefix(symbol, "schedule+") ||
	       str_has_prefix(symbol, "schedule_") || str_has_prefix(symbol, "io_schedule");
}

/*
 * Below the entry of an exception arm64 keeps, in the shape of a frame, where that found the CPU
 * (arch/arm64/kernel/entry.S, pt_regs::stackframe): an instruction, not an address to return to.
 */
static bool lm_report_is_entry(const char *symbol)
{
	return IS_ENABLED(CONFIG_ARM64) &&
	       (str_has_prefix(symbol, "el1h_") || str_has_prefix(symbol, "el1_"));
}

static void lm_report_stack(struct lm_text *text, const struct lm_stack *stack)
{
	/* One dump is written at a time, by one thread. */
	static char symbol[LM_SYMBOL_MAX];
	const unsigned long *frames = lm_stacks_frames(stack);
	bool entering = true, exact, below_entry = false;
	unsigned int i;

	lm_text_print(text, "stack id=%u tasks=%u\n", stack->number, stack->tasks);
	for (i = 0; i < stack->depth; i++) {
		exact = below_entry || (stack->exact >> i & 1);
		lm_symbols_name(symbol, frames[i], exact);
		below_entry = lm_report_is_entry(symbol);
		if (i == 0)
			entering = !exact && str_has_prefix(symbol, "__schedule+");
		entering = entering && lm_report_is_scheduler(symbol);
		if (entering && i + 1 < stack->depth)
			continue;
		lm_text_print(text, "  %s\n", symbol);
	}
}

static void lm_report_cgroup(struct lm_text *text, u32 number)
{
	const char *path = lm_cgroups_path(number);
	const char *controller = lm_cgroups_controller(number);

	lm_text_print(text, "cgroup id=%u path=", number);
	lm_text_quote(text, path, strlen(path));
	if (controller)
		lm_text_print(text, " controller=%s", controller);
	lm_text_print(text, "\n");
}

/*
 * A key for lockdep ("static struct lock_class_key __key") takes no room in a kernel without it, so
 * that what comes next has the same address, and kallsyms may tell the key's name of it.
 */
static bool lm_report_is_key(const char *name, size_t length)
{
	const char *number = memchr(name, '.', length);

	if (number)
		length = number - name;
	return length >= 3 && !strncmp(name + length - 3, "key", 3);
}

/*
 * Of a lock that there is once: the name of the data at its very address. One that is a part of
 * something else would get the name of that, and one that was allocated has none.
 */
static void lm_report_lock_name(struct lm_text *text, unsigned long address)
{
	static char symbol[LM_SYMBOL_MAX];
	char *offset;

	lm_symbols_name(symbol, address, true);
	offset = strchr(symbol, '+');
	if (!offset || !str_has_prefix(offset, "+0x0/") ||
	    lm_report_is_key(symbol, offset - symbol))
		return;
	lm_text_print(text, " name=");
	lm_text_quote(text, symbol, offset - symbol);
}

static void lm_report_lock(struct lm_text *text, u32 number)
{
	const struct lm_lock *lock = lm_locks_get(number);

	lm_text_print(text, "lock id=%u type=%s", number, lm_lock_names[lock->kind]);
	if (lock->held != LM_HELD_UNKNOWN)
		lm_text_print(text, " held=%s", lm_held_names[lock->held]);
	if (lock->owner)
		lm_text_print(text, " owner=%d", lock->owner);
	if (lock->held == LM_HELD_READ)
		lm_text_print(text, " readers=%lu", lock->readers);
	lm_text_print(text, " waiters=%u", lock->waiters);
	lm_report_lock_name(text, lock->address);
	lm_text_print(text, "\n");
}

static void lm_report_flags(struct lm_text *text, u16 flags)
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

static void lm_report_time(struct lm_text *text, const char *key, u64 nanoseconds)
{
	if (nanoseconds != LM_TIME_UNKNOWN)
		lm_text_print(text, " %s=%llu", key, div_u64(nanoseconds, NSEC_PER_MSEC));
}

static void lm_report_name(struct lm_text *text, const char *key, const char name[TASK_COMM_LEN])
{
	lm_text_print(text, " %s=", key);
	lm_text_quote(text, name, strnlen(name, TASK_COMM_LEN));
}

static void lm_report_task(struct lm_text *text, const struct lm_task *seen, unsigned int attempt)
{
	bool grouped = seen->cgroup != LM_CGROUP_NONE && seen->cgroup != LM_CGROUP_NO_ROOM;

	if (grouped && lm_cgroups_print_once(seen->cgroup, attempt))
		lm_report_cgroup(text, seen->cgroup);
	if (seen->lock && lm_locks_print_once(seen->lock, attempt))
		lm_report_lock(text, seen->lock);
	lm_text_print(text, "task pid=%d tgid=%d", seen->pid, seen->tgid);
	if (seen->ppid != LM_PID_UNKNOWN)
		lm_text_print(text, " ppid=%d", seen->ppid);
	lm_text_print(text, " cpu=%d state=%c on=%s", seen->cpu, seen->state,
		      lm_place_names[seen->place]);
	lm_report_time(text, "since_ms", seen->since_ns);
	lm_report_time(text, "queued_ms", seen->queued_ns);
	lm_report_time(text, "run_delay_ms", seen->run_delay_ns);
	lm_text_print(text, " switches=%llu start_ns=%llu stack=%u", seen->switches, seen->start_ns,
		      seen->stack ? lm_stacks_get(seen->stack)->number : 0);
	lm_report_flags(text, seen->flags);
	if (seen->lock)
		lm_text_print(text, " lock=%u wait=%s", seen->lock,
			      seen->wait_read ? "read" : "write");
	if (grouped)
		lm_text_print(text, " cgroup_id=%u", seen->cgroup);
	if (seen->leader[0])
		lm_report_name(text, "leader", seen->leader);
	lm_report_name(text, "comm", seen->comm);
	lm_text_print(text, "\n");
}

/* One try to write the body: which tasks, and what found room. */
struct lm_attempt {
	/* From 1. */
	unsigned int number;
	/* Each task draws a lot of 32 bits; those below this are in. */
	u64 limit;
	u32 seed;
	/* The last try: what does not fit is cut off at a record, fair or not. */
	bool cut;
	/* The tasks without a stack, as a chain like those in the stacks. */
	u32 without;
	unsigned int tasks;
	/* Beside them, who is no load. */
	unsigned int owners;
	unsigned int stacks;
	/* Tasks whose stack was there already: all with it but the first. */
	unsigned int deduplicated;
	bool full;
};

/* At the end of the chain of its stack, or of those without one. */
static void lm_report_link(const struct lm_facts *facts, struct lm_attempt *attempt, u32 i,
			   u32 *without_last)
{
	struct lm_task *seen = facts->tasks + i;
	struct lm_stack *stack = seen->stack ? lm_stacks_get(seen->stack) : NULL;
	u32 *first = stack ? &stack->first_task : &attempt->without;
	u32 *last = stack ? &stack->last_task : without_last;

	seen->next = 0;
	if (*last)
		facts->tasks[*last - 1].next = i + 1;
	else
		*first = i + 1;
	*last = i + 1;
	if (stack)
		stack->tasks++;
}

/*
 * Chains the tasks by stack, in the order in which they were seen, and numbers the stacks. Lots are
 * drawn by the tasks of the load alone.
 */
static void lm_report_chain(const struct lm_facts *facts, struct lm_attempt *attempt)
{
	u32 without_last = 0, number = 0, id, i;

	attempt->without = 0;
	for (id = 1; id <= lm_stacks_count(); id++) {
		struct lm_stack *stack = lm_stacks_get(id);

		stack->tasks = 0;
		stack->first_task = 0;
		stack->last_task = 0;
	}
	for (i = 0; i < facts->kept; i++)
		if (jhash_1word(i, attempt->seed) < attempt->limit)
			lm_report_link(facts, attempt, i, &without_last);
	for (i = 0; i < facts->owners; i++)
		lm_report_link(facts, attempt, facts->owners_first + i, &without_last);
	for (id = 1; id <= lm_stacks_count(); id++)
		if (lm_stacks_get(id)->tasks)
			lm_stacks_get(id)->number = ++number;
}

/* At the last try a record that does not fit is taken out again, and is the last one. */
static bool lm_report_fits(struct lm_text *text, struct lm_text_mark mark,
			   struct lm_attempt *attempt)
{
	if (!text->full || !attempt->cut)
		return true;
	lm_text_rollback(text, mark);
	attempt->full = true;
	return false;
}

static void lm_report_tasks(struct lm_text *text, const struct lm_facts *facts, u32 first,
			    struct lm_attempt *attempt)
{
	struct lm_text_mark mark;
	u32 index;

	for (index = first; index && !attempt->full; index = facts->tasks[index - 1].next) {
		const struct lm_task *seen = facts->tasks + index - 1;

		mark = lm_text_mark(text);
		lm_report_task(text, seen, attempt->number);
		if (!lm_report_fits(text, mark, attempt))
			return;
		if (seen->flags & LM_FLAG_OWNER) {
			attempt->owners++;
		} else {
			attempt->tasks++;
			attempt->deduplicated += seen->stack && index != first;
		}
		cond_resched();
	}
}

static void lm_report_body(struct lm_text *text, const struct lm_facts *facts,
			   struct lm_attempt *attempt)
{
	struct lm_text_mark mark;
	u32 id;

	for (id = 1; id <= lm_stacks_count() && !attempt->full; id++) {
		const struct lm_stack *stack = lm_stacks_get(id);

		if (!stack->tasks)
			continue;
		mark = lm_text_mark(text);
		lm_report_stack(text, stack);
		if (!lm_report_fits(text, mark, attempt))
			return;
		attempt->stacks++;
		lm_report_tasks(text, facts, stack->first_task, attempt);
	}
	lm_report_tasks(text, facts, attempt->without, attempt);
}

/*
 * The part of the tasks that is likely to fit where that of @limit would have taken so much more. A
 * little less, because stacks and groups do not become fewer at the rate of their tasks; and where
 * they are most of the text, that was not enough: the second time it is a quarter less, the third
 * time a half.
 */
static u64 lm_report_smaller(const struct lm_text *body, u64 limit, unsigned int number)
{
	static const u64 sixteenths[LM_ATTEMPTS] = { 15, 12, 8 };
	u64 stored = lm_text_stored(body);

	return div64_u64(limit * stored, body->length) / 16 * sixteenths[number - 1];
}

/*
 * Whether what made the load is there to be seen. The average falls by half only every 42 s, so
 * long after a burst it is high without anybody to blame: then the tasks are too few now, and were
 * at the last ticks. A load that comes and goes is no such echo: it was there a tick or two ago.
 */
static const char *lm_report_cause(const struct lm_facts *facts, unsigned int active)
{
	struct lm_tick tick;
	unsigned int back;

	if (!active)
		return "none";
	if (lm_load_present(active, facts->average[0]))
		return "present";
	for (back = 0; back < LM_ECHO_TICKS && lm_history_get(back, &tick); back++)
		if (lm_load_present(tick.active, facts->average[0]))
			return "present";
	return "decaying";
}

static void lm_report_count(struct lm_text *text, const struct lm_facts *facts,
			    const struct lm_attempt *attempt, unsigned int active)
{
	const struct lm_counts *counts = &facts->counts;

	lm_text_print(text, "count scanned=%u running=%u", counts->threads, counts->running);
	if (__is_defined(LM_HAVE_SCHED_DELAYED))
		lm_text_print(text, " delayed=%u", counts->delayed);
	lm_text_print(text, " uninterruptible=%u iowait=%u", counts->uninterruptible,
		      counts->iowait);
	lm_text_print(text, " captured=%u stacks=%u truncated=%u", attempt->tasks, attempt->stacks,
		      active - attempt->tasks);
	if (attempt->tasks < active && !attempt->full)
		lm_text_print(text, " sampled=%u of=%u", attempt->tasks, active);
	lm_text_print(text, " unstable=%u unwind_failed=%u", facts->unstable, facts->unwind_failed);
	lm_text_print(text, " partial=%u no_room=%u", facts->partial, facts->no_room);
	if (facts->cgroup_no_room)
		lm_text_print(text, " cgroup_no_room=%u", facts->cgroup_no_room);
	lm_text_print(text, " cpu_no_answer=%u lost_dumps=%llu complete=%d\n",
		      facts->cpu_no_answer, facts->lost_dumps, !counts->incomplete);
}

static void lm_report_header(struct lm_text *text, const struct lm_facts *facts,
			     const struct lm_attempt *attempt)
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
	lm_text_print(text, " cause=%s", lm_report_cause(facts, active));
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
	lm_report_count(text, facts, attempt, active);
	lm_text_print(text, "cost capture_ns=%llu irq_off_max_ns=%llu rcu_max_ns=%llu walks=%u\n",
		      facts->capture_ns, facts->irq_off_max_ns, counts->rcu_max_ns, counts->walks);
	lm_report_history(text);
}

struct lm_report lm_report_write(const struct lm_facts *facts)
{
	unsigned int active = facts->counts.running + facts->counts.uninterruptible;
	struct lm_attempt attempt;
	struct lm_report report = {};
	struct lm_text header, body;
	u64 limit = 1ULL << 32;
	unsigned int number;

	for (number = 1;; number++) {
		attempt = (struct lm_attempt){
			.number = number,
			.limit = limit,
			.seed = facts->monotonic_ns,
			.cut = number == LM_ATTEMPTS,
		};
		/*
		 * The header counts what the body holds: it is written last, into room kept for
		 * it.
		 */
		if (lm_text_begin(&header, LM_HEADER_CHUNKS, LM_HEADER_CHUNKS))
			return report;
		if (lm_text_begin(&body, LM_FOOTER_CHUNKS, lm_ring_share() - LM_HEADER_CHUNKS)) {
			lm_text_abandon(&header);
			return report;
		}
		lm_report_chain(facts, &attempt);
		lm_report_body(&body, facts, &attempt);
		if (!body.full)
			break;
		limit = lm_report_smaller(&body, limit, number);
		lm_text_abandon(&body);
		lm_text_abandon(&header);
	}
	report.truncated = active - attempt.tasks;
	report.deduplicated = attempt.deduplicated;
	lm_text_open_reserve(&body);
	lm_text_print(&body, "end id=%llu tasks=%u\n", facts->id,
		      attempt.tasks + attempt.owners);
	lm_text_open_reserve(&header);
	lm_report_header(&header, facts, &attempt);
	report.first = lm_text_join(&header, &body);
	return report;
}
