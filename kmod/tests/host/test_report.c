// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* With the ring's source itself: free chunks can be counted. */
#include "ring.c"
#include "cgroups.h"
#include "history.h"
#include "locks.h"
#include "report.h"
#include "stacks.h"
#include "symbols.h"

#define TASKS_MAX 4000
#define GROUPS_MAX 64
#define TEXT_MAX (1024 * 1024)

static struct lm_task tasks[TASKS_MAX];
static struct lm_facts facts;
static struct cpumask silent;
static char text[TEXT_MAX + 1];

/* The groups' paths, and the last attempt that printed each. */
static char paths[GROUPS_MAX + 1][64];
static unsigned int printed[GROUPS_MAX + 1];

/* Chunks in other hands. */
static u32 taken;
static unsigned int taken_count;

void lm_news_tell(void)
{
}

u64 ktime_get_ns(void)
{
	return 0;
}

u64 get_jiffies_64(void)
{
	return 0;
}

const char *lm_cgroups_path(u32 number)
{
	EXPECT(number && number <= GROUPS_MAX, "a group's number");
	return paths[number];
}

const char *lm_cgroups_controller(u32 number)
{
	return number == 7 ? "cpu,cpuacct" : NULL;
}

bool lm_cgroups_print_once(u32 number, unsigned int attempt)
{
	EXPECT(number && number <= GROUPS_MAX, "a group's number");
	EXPECT(attempt, "attempts begin with 1: 0 is none");
	if (printed[number] == attempt)
		return false;
	printed[number] = attempt;
	return true;
}

/*
 * Addresses from 0xa00 on are the scheduler's way into sleep; 0xb00 is a lock that has a name, and
 * those after it have the address of an empty key.
 */
void lm_symbols_name(char name[LM_SYMBOL_MAX], unsigned long address, bool exact)
{
	static const char *const entry[] = {
		"__schedule", "schedule", "schedule_timeout", "io_schedule_prepare",
	};

	if (address == 0xb00)
		strscpy(name, "some_lock+0x0/0x20", LM_SYMBOL_MAX);
	else if (address == 0xb01)
		strscpy(name, "rwsem_key.15+0x0/0x20", LM_SYMBOL_MAX);
	else if (address == 0xb02)
		strscpy(name, "__key+0x0/0x8", LM_SYMBOL_MAX);
	else if (address >= 0xa00 && address < 0xa00 + ARRAY_SIZE(entry))
		scnprintf(name, LM_SYMBOL_MAX, "%s+0x10/0x20", entry[address - 0xa00]);
	else
		scnprintf(name, LM_SYMBOL_MAX, "f%lx+%s/0x20", address, exact ? "0x4" : "0x10");
}

static unsigned int count_free(void)
{
	unsigned int count = 0;
	u32 chunk;

	for (chunk = lm_chunk_free; chunk; chunk = lm_chunks[chunk].next)
		count++;
	return count;
}

static void start(unsigned int buffer_kb)
{
	EXPECT_SAME(lm_ring_init(buffer_kb, 4), 0);
	EXPECT_SAME(lm_stacks_init(), 0);
	EXPECT_SAME(lm_locks_init(), 0);
}

/* A look at nobody. */
static void look(void)
{
	memset(&facts, 0, sizeof(facts));
	memset(printed, 0, sizeof(printed));
	lm_stacks_clear();
	lm_locks_clear();
	facts.id = 42;
	facts.kind = LM_MANUAL;
	strscpy(facts.reason, "test", sizeof(facts.reason));
	facts.tasks = tasks;
	facts.silent = &silent;
	facts.cpus = 2;
	facts.monotonic_ns = host_random();
	facts.counts.walks = 1;
}

/* One more task, with as many frames as that from a stack of this number; 0: without a stack. */
static struct lm_task *see(unsigned int stack, unsigned int depth, u32 group)
{
	struct lm_task *task = tasks + facts.kept++;
	unsigned long frames[64];
	unsigned int i;

	EXPECT(facts.kept <= TASKS_MAX, "room for the task");
	for (i = 0; i < depth; i++)
		frames[i] = stack * 0x10000 + i;
	*task = (struct lm_task){
		.pid = 1000 + facts.kept,
		.tgid = 1000,
		.ppid = 1,
		.place = LM_QUEUED,
		.state = 'R',
		.stack = stack ? lm_stacks_add(frames, depth, 0) : 0,
		.cgroup = group,
		.switches = facts.kept * 3,
		.start_ns = 5,
		.comm = "busy",
	};
	facts.counts.threads++;
	facts.counts.running++;
	return task;
}

static unsigned int read_from(u32 first)
{
	unsigned int chunks = 0;
	size_t length = 0;

	for (; first; first = lm_chunk_next(first)) {
		EXPECT(length + lm_chunk_used(first) <= TEXT_MAX, "room for the text");
		memcpy(text + length, lm_chunk_bytes(first), lm_chunk_used(first));
		length += lm_chunk_used(first);
		chunks++;
	}
	text[length] = '\0';
	EXPECT_SAME(strlen(text), length);
	return chunks;
}

static void take_chunks(unsigned int count)
{
	u32 chunk;

	while (count-- && (chunk = lm_chunk_take())) {
		lm_chunk_link(chunk, taken);
		taken = chunk;
		taken_count++;
	}
}

static void give_chunks(void)
{
	lm_chunks_give(taken);
	taken = 0;
	taken_count = 0;
}

/* The number behind " KEY=" in a record; -1: there is none. */
static long long value_of(const char *record, const char *key)
{
	char wanted[32];
	const char *found, *end = strchr(record, '\n');

	snprintf(wanted, sizeof(wanted), " %s=", key);
	found = strstr(record, wanted);
	if (!found || found > end)
		return -1;
	return strtoll(found + strlen(wanted), NULL, 10);
}

/* The record of that name in the text, which is there. */
static const char *record_named(const char *name)
{
	static char wanted[32];
	const char *found;

	snprintf(wanted, sizeof(wanted), "\n%s ", name);
	found = strstr(text, wanted);
	EXPECT(found, "a record '%s'", name);
	return found ? found + 1 : NULL;
}

static bool begins(const char *line, const char *prefix)
{
	return !strncmp(line, prefix, strlen(prefix));
}

static bool is_owner(const char *line)
{
	const char *found = strstr(line, "owner");

	return found && found < strchr(line, '\n');
}

static bool told[TASKS_MAX];

struct seen {
	unsigned int tasks;
	/* Beside them, who is no load. */
	unsigned int owners;
	unsigned int stacks;
	/* Tasks whose stack was there already. */
	unsigned int again;
	bool sampled;
	bool cut;
	unsigned int chunks;
};

/* Reads the whole dump as a stranger would: every record, its order, its sums. */
static struct seen check_dump(const struct lm_report *report)
{
	static const char *const header[] = {
		"load_monitor dump version=1 id=42 source=kmod", "trigger kind=", "time wall=",
		"load avg1=", "tick age_ms=", "count scanned=", "cost capture_ns=",
		"history period_ms=",
	};
	unsigned int active = facts.counts.running + facts.counts.uninterruptible;
	bool group_there[GROUPS_MAX + 1] = { }, lock_there[LM_LOCKS_MAX + 1] = { };
	unsigned int chunks, part = 0, stack_tasks = 0, stack_expected = 0;
	struct seen seen = { };
	const char *line, *end;
	long long number, last_pid = 0;
	bool in_stack = false, at_end = false, incomplete_stack = false, without = false;

	memset(told, 0, sizeof(told));
	chunks = read_from(report->first);
	EXPECT(chunks <= lm_ring_share(), "%u chunks at most, came %u", lm_ring_share(), chunks);
	EXPECT_SAME(count_free() + chunks + taken_count, lm_ring_chunks);
	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		EXPECT(end, "a whole line: %s", line);
		EXPECT(!at_end, "nothing behind the end: %s", line);
		for (number = 0; line + number < end; number++)
			EXPECT(line[number] >= ' ' && line[number] <= '~', "printable");
		while (part < ARRAY_SIZE(header) && !begins(line, header[part]))
			part = part == 4 || part == 7 ? part + 1 : ARRAY_SIZE(header) + 1;
		if (part < ARRAY_SIZE(header)) {
			part++;
			continue;
		}
		EXPECT(part == ARRAY_SIZE(header), "the header in its order: %.40s", line);
		if (begins(line, "stack ")) {
			incomplete_stack |= stack_tasks != stack_expected;
			EXPECT_SAME(value_of(line, "id"), ++seen.stacks);
			stack_expected = value_of(line, "tasks");
			stack_tasks = 0;
			last_pid = 0;
			in_stack = true;
		} else if (begins(line, "  ")) {
			EXPECT(in_stack, "a frame belongs to a stack");
		} else if (begins(line, "cgroup ")) {
			in_stack = false;
			number = value_of(line, "id");
			EXPECT(number > 0 && number <= GROUPS_MAX, "a group's number");
			EXPECT(!group_there[number], "group %lld once", number);
			group_there[number] = true;
		} else if (begins(line, "lock ")) {
			in_stack = false;
			number = value_of(line, "id");
			EXPECT(number > 0 && number <= lm_locks_count(), "a lock's number");
			EXPECT(!lock_there[number], "lock %lld once", number);
			lock_there[number] = true;
		} else if (begins(line, "task ") && is_owner(line)) {
			in_stack = false;
			EXPECT(value_of(line, "lock") < 0 || lock_there[value_of(line, "lock")],
			       "the lock before who waits for it");
			seen.owners++;
			stack_tasks += value_of(line, "stack") != 0;
		} else if (begins(line, "task ")) {
			in_stack = false;
			seen.tasks++;
			EXPECT(value_of(line, "lock") < 0 || lock_there[value_of(line, "lock")],
			       "the lock before who waits for it");
			number = value_of(line, "pid") - 1001;
			EXPECT(number >= 0 && number < facts.kept, "a task that was seen");
			EXPECT(!told[number], "task %lld once", number);
			told[number] = true;
			EXPECT_SAME(value_of(line, "switches"), tasks[number].switches);
			if (tasks[number].cgroup && tasks[number].cgroup != LM_CGROUP_NO_ROOM) {
				EXPECT_SAME(value_of(line, "cgroup_id"), tasks[number].cgroup);
				EXPECT(group_there[tasks[number].cgroup],
				       "the group before its first task");
			} else {
				EXPECT_SAME(value_of(line, "cgroup_id"), -1);
			}
			if (tasks[number].stack) {
				EXPECT(!without, "those without a stack are the last");
				EXPECT_SAME(value_of(line, "stack"), seen.stacks);
				seen.again += stack_tasks > 0;
				stack_tasks++;
			} else {
				if (!without)
					last_pid = 0;
				without = true;
				EXPECT_SAME(value_of(line, "stack"), 0);
			}
			EXPECT(number + 1 > last_pid, "in the order in which they were seen");
			last_pid = number + 1;
		} else {
			EXPECT(begins(line, "end id=42 "), "a known record: %.40s", line);
			EXPECT_SAME(value_of(line, "tasks"), seen.tasks + seen.owners);
			at_end = true;
		}
	}
	EXPECT(at_end, "an end");
	incomplete_stack |= stack_tasks != stack_expected;
	seen.chunks = chunks;
	line = record_named("count");
	EXPECT_SAME(value_of(line, "captured"), seen.tasks);
	EXPECT_SAME(value_of(line, "stacks"), seen.stacks);
	EXPECT_SAME(value_of(line, "truncated"), active - seen.tasks);
	EXPECT_SAME(value_of(record_named("load"), "active"), active);
	seen.sampled = value_of(line, "sampled") >= 0;
	if (seen.sampled) {
		EXPECT_SAME(value_of(line, "sampled"), seen.tasks);
		EXPECT_SAME(value_of(line, "of"), active);
		EXPECT(seen.tasks < active, "a sample is a part");
	}
	seen.cut = seen.tasks < active && !seen.sampled;
	EXPECT(seen.cut || !incomplete_stack, "what is not cut off has all tasks of its stacks");
	EXPECT_SAME(report->truncated, active - seen.tasks);
	EXPECT_SAME(report->deduplicated, seen.again);
	return seen;
}

static struct seen write_dump(void)
{
	struct lm_report report = lm_report_write(&facts);
	struct seen seen;

	EXPECT(report.first, "room for the dump");
	seen = check_dump(&report);
	lm_chunks_give(report.first);
	return seen;
}

static void add_tick(unsigned int active, unsigned long average)
{
	struct lm_tick tick = { .time_ns = 4000000000ULL, .active = active, .average = average };

	lm_history_add(&tick);
}

static const char *const whole_dump[] = {
	"load_monitor dump version=1 id=42 source=kmod",
	" boot_id=af0f02b4-cf8a-485e-8978-aecbf832eb29 release=6.99.1-host\n",
	"trigger kind=manual reason=\"test\" cause=present asker_pid=17",
	" asker_comm=\"sh\"\n",
	"time wall=2024-02-29T12:34:56.643756Z monotonic_ns=4012345678\n",
	"load avg1=4.00 avg5=1.00 avg15=0.00 active=3 cpus=2 silent_cpus=1,200\n",
	"tick age_ms=12 active=3 avg1=2.00\n",
	"count scanned=99 running=2 delayed=1 uninterruptible=1 iowait=4 captured=3",
	" stacks=2 truncated=0 unstable=0 unwind_failed=0 partial=1 no_room=0",
	" cpu_no_answer=2 lost_dumps=5 complete=1\n",
	"cost capture_ns=11 irq_off_max_ns=12 rcu_max_ns=13 walks=1\n",
	"history period_ms=5004 active=3x2,0\n",
	"stack id=1 tasks=1\n",
	"  f77+0x10/0x20\n",
	"  f78+0x4/0x20\n",
	"cgroup id=3 path=\"/a.slice/b\"\n",
	"lock id=1 type=rwsem held=write owner=1004 waiters=1 name=\"some_lock\"\n",
	"task pid=1003 tgid=1000 ppid=1 cpu=0 state=D on=sleep since_ms=0 queued_ms=0",
	" run_delay_ms=0 switches=9 start_ns=5 stack=1 lock=1 wait=read cgroup_id=3",
	" leader=\"first\"",
	" comm=\"stuck \\\"one\\\"\"\n",
	"stack id=2 tasks=1\n",
	"  f50000+0x10/0x20\n",
	"  f50001+0x10/0x20\n",
	"task pid=1001 tgid=1000 ppid=1 cpu=1 state=R on=cpu-kernel since_ms=1",
	" run_delay_ms=7 switches=3 start_ns=5 stack=2 flags=partial|delayed",
	" cgroup_id=3 comm=\"busy\"\n",
	"cgroup id=7 path=\"/old\" controller=cpu,cpuacct\n",
	"task pid=1002 tgid=1000 cpu=0 state=R on=cpu-user queued_ms=3 switches=6",
	" start_ns=5 stack=0 cgroup_id=7 comm=\"busy\"\n",
	"lock id=2 type=mutex held=nobody waiters=0\n",
	"task pid=1004 tgid=1000 ppid=1 cpu=0 state=S on=sleep since_ms=0 queued_ms=0",
	" run_delay_ms=0 switches=12 start_ns=5 stack=0 flags=owner lock=2 wait=write",
	" comm=\"keeper\"\n",
	"end id=42 tasks=4\n",
};

static void writes_every_word_of_it(void)
{
	static char expected[4096];
	unsigned long frames[] = { 0xa00, 0xa01, 0xa02, 0x77, 0x78 };
	struct lm_report report;
	struct lm_task *task;
	unsigned int i;
	u32 stack;

	host_boot_id = "af0f02b4-cf8a-485e-8978-aecbf832eb29\n";
	lm_report_init();
	start(256);
	look();
	add_tick(0, 0);
	add_tick(3, 2048);
	add_tick(3, 2 * 2048);
	strscpy(paths[3], "/a.slice/b", sizeof(paths[3]));
	strscpy(paths[7], "/old", sizeof(paths[7]));
	stack = lm_stacks_add(frames, 5, 1 << 4);
	task = see(5, 2, 3);
	task->flags = LM_FLAG_PARTIAL | LM_FLAG_DELAYED;
	task->place = LM_ON_CPU_KERNEL;
	task->cpu = 1;
	task->since_ns = 1999999;
	task->queued_ns = LM_TIME_UNKNOWN;
	task->run_delay_ns = 7000000;
	task = see(0, 0, 7);
	task->place = LM_ON_CPU_USER;
	task->since_ns = LM_TIME_UNKNOWN;
	task->queued_ns = 3000000;
	task->run_delay_ns = LM_TIME_UNKNOWN;
	task->ppid = LM_PID_UNKNOWN;
	task = see(0, 0, 3);
	task->stack = stack;
	task->place = LM_SLEEPS;
	task->state = 'D';
	strscpy(task->comm, "stuck \"one\"", sizeof(task->comm));
	strscpy(task->leader, "first", sizeof(task->leader));
	task->lock = lm_locks_add(0xb00, LM_RWSEM);
	task->wait_read = true;
	lm_locks_get(1)->held = LM_HELD_WRITE;
	lm_locks_get(1)->owner = 1004;
	lm_locks_get(1)->waiters = 1;
	task = see(0, 0, 0);
	task->place = LM_SLEEPS;
	task->state = 'S';
	task->flags = LM_FLAG_OWNER;
	task->lock = lm_locks_add(0xb10, LM_MUTEX);
	lm_locks_get(2)->held = LM_HELD_NOBODY;
	strscpy(task->comm, "keeper", sizeof(task->comm));
	facts.owners_first = --facts.kept;
	facts.owners = 1;
	facts.counts.running = 2;
	facts.counts.delayed = 1;
	facts.counts.uninterruptible = 1;
	facts.counts.iowait = 4;
	facts.counts.threads = 99;
	facts.counts.rcu_max_ns = 13;
	facts.asker_pid = 17;
	strscpy(facts.asker_comm, "sh", sizeof(facts.asker_comm));
	facts.wall = (struct timespec64){ .tv_sec = 1709210096, .tv_nsec = 643756999 };
	facts.monotonic_ns = 4012345678;
	facts.average[0] = 4 * 2048;
	facts.average[1] = 2047;
	facts.partial = 1;
	facts.lost_dumps = 5;
	facts.capture_ns = 11;
	facts.irq_off_max_ns = 12;
	silent.set[1] = true;
	silent.set[200] = true;
	facts.cpu_no_answer = 2;
	report = lm_report_write(&facts);
	check_dump(&report);
	for (i = 0; i < ARRAY_SIZE(whole_dump); i++)
		strcat(expected, whole_dump[i]);
	EXPECT_TEXT(text, expected);
	lm_chunks_give(report.first);
}

static void gives_no_lock_the_name_of_an_empty_key(void)
{
	static const char *const names[] = { " name=\"some_lock\"", "", "" };
	struct lm_task *task;
	char expected[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		host_try("the lock at %x", 0xb00 + i);
		start(64);
		look();
		lm_locks_clear();
		task = see(0, 0, 0);
		task->lock = lm_locks_add(0xb00 + i, LM_MUTEX);
		write_dump();
		scnprintf(expected, sizeof(expected), "lock id=1 type=mutex waiters=0%s\n",
			  names[i]);
		EXPECT(strstr(text, expected), "%s in %s", expected, text);
	}
}

static void believes_no_odd_boot_id(void)
{
	static const char *const ids[] = {
		NULL, "", "short", "af0f02b4-cf8a-485e-8978-aecbf832eb2",
		"af0f02b4 cf8a-485e-8978-aecbf832eb29\n",
		"af0f02b4\ntask-485e-8978-aecbf832eb29\n",
	};
	unsigned int i;

	start(64);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		host_try("id %u", i);
		host_boot_id = ids[i];
		lm_report_init();
		look();
		write_dump();
		EXPECT(!strstr(text, "boot_id"), "no boot id in %s", text);
	}
}

static void hides_the_way_into_sleep_and_nothing_else(void)
{
	static const struct {
		unsigned long frames[5];
		unsigned int depth;
		u64 exact;
		const char *shown;
	} stacks[] = {
		{ { 0xa00, 0xa01, 0x1 }, 3, 0, "  f1+0x10/0x20\n" },
		{ { 0xa00, 0xa03, 0xa02, 0x1 }, 4, 0, "  f1+0x10/0x20\n" },
		/* Nothing else is there: the last one is better than none. */
		{ { 0xa00, 0xa01 }, 2, 0, "  schedule+0x10/0x20\n" },
		/* The scheduler further out is no way into sleep. */
		{ { 0xa00, 0x1, 0xa01, 0x2 }, 4, 0,
		  "  f1+0x10/0x20\n  schedule+0x10/0x20\n  f2+0x10/0x20\n" },
		/* It runs, and it runs there. */
		{ { 0xa00, 0xa01, 0x1 }, 3, 1,
		  "  __schedule+0x10/0x20\n  schedule+0x10/0x20\n  f1+0x10/0x20\n" },
		{ { 0xa01, 0x1 }, 2, 0, "  schedule+0x10/0x20\n  f1+0x10/0x20\n" },
	};
	char expected[200];
	unsigned int i;

	start(64);
	for (i = 0; i < ARRAY_SIZE(stacks); i++) {
		look();
		see(0, 0, 0)->stack = lm_stacks_add(stacks[i].frames, stacks[i].depth,
						    stacks[i].exact);
		write_dump();
		snprintf(expected, sizeof(expected), "stack id=1 tasks=1\n%stask ",
			 stacks[i].shown);
		host_try("stack %u:\n%s", i, text);
		EXPECT(strstr(text, expected), "%s", expected);
	}
}

static const char *cause_of(unsigned int active, unsigned long average)
{
	static const char *const causes[] = { "none", "present", "decaying" };
	unsigned int i;

	look();
	facts.counts.running = active;
	facts.average[0] = average;
	while (facts.kept < active)
		see(1, 1, 0);
	facts.counts.running = active;
	write_dump();
	for (i = 0; i < ARRAY_SIZE(causes); i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), " cause=%s\n", causes[i]);
		if (strstr(text, wanted))
			return causes[i];
	}
	return "no known one";
}

static void tells_a_load_from_its_echo(void)
{
	start(64);
	EXPECT_TEXT(cause_of(0, 8 * 2048), "none");
	EXPECT_TEXT(cause_of(0, 0), "none");
	EXPECT_TEXT(cause_of(6, 8 * 2048), "present");
	EXPECT_TEXT(cause_of(5, 8 * 2048), "decaying");
	/* It was there at one of the last two ticks. */
	add_tick(6, 0);
	EXPECT_TEXT(cause_of(5, 8 * 2048), "present");
	EXPECT_TEXT(cause_of(0, 8 * 2048), "none");
	add_tick(5, 0);
	EXPECT_TEXT(cause_of(1, 8 * 2048), "present");
	add_tick(0, 0);
	EXPECT_TEXT(cause_of(1, 8 * 2048), "decaying");
}

static void names_the_first_silent_cpus(void)
{
	const char *list;
	unsigned int commas = 0, cpu;

	start(64);
	look();
	for (cpu = 3; cpu < 3 + 40; cpu++)
		silent.set[cpu] = true;
	write_dump();
	list = strstr(record_named("load"), " silent_cpus=3,4,5,");
	EXPECT(list, "the first of them");
	for (; *list != '\n'; list++)
		commas += *list == ',';
	EXPECT_SAME(commas, 31);
	EXPECT(!strncmp(list - 3, ",34", 3), "the 32nd is the last: %s", list - 20);
}

static void has_its_history_in_runs_or_not_at_all(void)
{
	unsigned int i;

	start(64);
	for (i = 0; i < LM_TICKS; i++)
		add_tick(i / 512, 0);
	look();
	write_dump();
	EXPECT(strstr(text, "\nhistory period_ms=5004 active=2x512,1x512,0x512\n"), "three runs");
	/* One of each: some 8 kB, and still whole. */
	for (i = 0; i < LM_TICKS; i++)
		add_tick(1000 + i % 7, 0);
	write_dump();
	EXPECT_SAME(strlen(record_named("history")) > LM_TICKS * 5, true);
	/* More than there is room for beside the rest: none is better than a part. */
	for (i = 0; i < LM_TICKS; i++)
		add_tick(U32_MAX - i % 2, 0);
	write_dump();
	EXPECT(!strstr(text, "\nhistory"), "no history");
}

static const char hostile[] = "\n\"\\ task pid=1 end id=42 stack=9\x1b\xff";

/* Names that would forge records, in every place where a name may be. */
static void no_name_forges_a_record(void)
{
	unsigned int round, i, group, place;
	struct lm_task *task;

	start(1024);
	for (round = 0; round < 20; round++) {
		look();
		for (group = 1; group <= GROUPS_MAX; group++)
			for (place = 0; place < sizeof(paths[0]) - 1; place++)
				paths[group][place] = hostile[host_below(sizeof(hostile) - 1)];
		for (i = 0; i < sizeof(facts.reason) - 1; i++)
			facts.reason[i] = hostile[host_below(sizeof(hostile) - 1)];
		facts.asker_pid = 9;
		memset(facts.asker_comm, '\n', sizeof(facts.asker_comm));
		for (i = 0; i < 100; i++) {
			task = see(host_below(5), 1 + host_below(3), 1 + host_below(GROUPS_MAX));
			/* Without a NUL, too: the name may change while it is read. */
			for (place = 0; place < TASK_COMM_LEN; place++) {
				task->comm[place] = hostile[host_below(sizeof(hostile))];
				task->leader[place] = hostile[host_below(sizeof(hostile))];
			}
			if (host_chance(2))
				memcpy(task->comm, "\ntask pid=1001 s", TASK_COMM_LEN);
		}
		host_try("round %u", round);
		EXPECT_SAME(write_dump().tasks, 100);
	}
}

/* A name may fill its room to the last byte. */
static void a_name_ends_with_its_room(void)
{
	struct lm_task *task;

	start(64);
	look();
	task = see(1, 1, 0);
	memset(task->comm, 'x', sizeof(task->comm));
	memset(task->leader, 'y', sizeof(task->leader));
	facts.asker_pid = 9;
	memset(facts.asker_comm, 'z', sizeof(facts.asker_comm));
	write_dump();
	EXPECT(strstr(text, " leader=\"yyyyyyyyyyyyyyyy\" comm=\"xxxxxxxxxxxxxxxx\"\n"), "all 16");
	EXPECT(strstr(text, " asker_comm=\"zzzzzzzzzzzzzzzz\"\n"), "16 bytes");
}

/* A machine of so many tasks with stacks that differ in size and in the number of their tasks. */
static void see_many(unsigned int count, unsigned int stacks)
{
	unsigned int stack;

	look();
	while (count--) {
		stack = host_below(host_below(stacks + 1) + 1);
		see(stack, 1 + stack % 20, host_below(GROUPS_MAX));
	}
}

static void adds_up_however_many_there_are(void)
{
	unsigned int round, free_before, tick;
	struct lm_report report;

	for (round = 0; round < GROUPS_MAX; round++)
		snprintf(paths[round + 1], sizeof(paths[0]), "/group-%u", round);
	for (round = 0; round < 40; round++) {
		/* In the second half with the longest header that there is. */
		for (tick = 0; round == 20 && tick < LM_TICKS; tick++)
			add_tick(10000000 + tick % 2, 0);
		start(64 + 4 * host_below(64));
		see_many(host_below(900), host_below(100));
		if (host_chance(2))
			facts.counts.uninterruptible = host_below(100);
		if (host_chance(2))
			take_chunks(host_below(lm_ring_chunks));
		free_before = count_free();
		host_try("round %u: %u tasks, %u of %u chunks", round, facts.kept, free_before,
			 lm_ring_chunks);
		report = lm_report_write(&facts);
		if (report.first)
			check_dump(&report);
		else
			EXPECT(free_before < 5, "no room for a header and an end alone");
		lm_chunks_give(report.first);
		EXPECT_SAME(count_free(), free_before);
		give_chunks();
		lm_stacks_exit();
		lm_locks_exit();
		lm_ring_exit();
		EXPECT_SAME(host_allocated, 0);
		INIT_LIST_HEAD(&lm_ring_free);
	}
}

/* One task more each time, until not all of them fit: with the longest header just half of it. */
static void fills_half_of_the_ring_and_no_more(void)
{
	unsigned int count, tick, length, most = 0;
	struct seen seen;

	start(64);
	for (tick = 0; tick < LM_TICKS; tick++)
		add_tick(10000000 + tick % 2, 0);
	/* With names of other lengths the end begins at another place in its chunk. */
	for (length = 1; length < TASK_COMM_LEN; length++) {
		for (count = 70, seen.sampled = false; !seen.sampled; count++) {
			host_try("%u tasks with names of %u", count, length);
			EXPECT(count < 200, "not all of them fit");
			look();
			while (facts.kept < count)
				see(1, 1, 0)->comm[length] = '\0';
			memset(tasks[count - 1].comm, 'x', length);
			memset(tasks[count - 1].leader, 'x', length);
			seen = write_dump();
			most = max(most, seen.chunks);
		}
	}
	EXPECT_SAME(most, lm_ring_share());
	EXPECT(strlen(record_named("history")) > 3 * LM_CHUNK, "a header of four chunks");
}

/* More than fit: in many dumps of the same machine each task is as often there as any other. */
static void a_sample_is_fair(void)
{
	static unsigned int there[TASKS_MAX];
	const unsigned int count = 400, dumps = 120;
	double mean, part, sum = 0, halves = 0, total = 0;
	unsigned int dump, i;
	size_t bytes = 0;
	struct seen seen;

	start(64);
	see_many(count, 15);
	for (dump = 0; dump < dumps; dump++) {
		facts.monotonic_ns = host_random();
		memset(printed, 0, sizeof(printed));
		seen = write_dump();
		EXPECT(seen.sampled, "a sample");
		bytes += strlen(text);
		for (i = 0; i < count; i++)
			there[i] += told[i];
		total += seen.tasks;
	}
	/* As many as fit, but for a little: of a header and three chunks. */
	EXPECT(bytes / dumps > 3 * LM_CHUNK * 2 / 3, "no more left out than must be: %zu",
	       bytes / dumps);
	mean = total / count;
	part = mean / dumps;
	for (i = 0; i < count; i++) {
		sum += (there[i] - mean) * (there[i] - mean) / (mean * (1 - part));
		halves += i < count / 2 ? there[i] : -(double)there[i];
	}
	/* Chi squared has a mean of @count and a variance of twice that; six roots are far. */
	host_try("%.1f times of %u each on average", mean, dumps);
	EXPECT((sum - count) * (sum - count) < 36.0 * 2 * count,
	       "a sum of squares near %u, came %.1f", count, sum);
	EXPECT(halves * halves < 36.0 * total,
	       "as many early as late ones, came a difference of %.0f", halves);
}

/* Whatever is around the tasks and whatever readers hold: while it stays so, it is a sample. */
static void is_a_sample_whatever_is_around_the_tasks(void)
{
	unsigned int round, cut = 0, sampled = 0;
	struct lm_report report;
	struct seen seen;

	for (round = 0; round < GROUPS_MAX; round++)
		snprintf(paths[round + 1], sizeof(paths[0]), "/kubepods.slice/pod%032u", round);
	for (round = 0; round < 30; round++) {
		start(64 + 4 * host_below(32));
		see_many(100 + host_below(1200), host_below(host_chance(2) ? 20 : 300));
		take_chunks(host_below(lm_ring_chunks / 2));
		host_try("round %u: %u tasks, %u stacks, %u of %u chunks", round, facts.kept,
			 lm_stacks_count(), count_free(), lm_ring_chunks);
		report = lm_report_write(&facts);
		seen = check_dump(&report);
		sampled += seen.sampled;
		cut += seen.cut;
		lm_chunks_give(report.first);
		give_chunks();
		lm_stacks_exit();
		lm_locks_exit();
		lm_ring_exit();
		INIT_LIST_HEAD(&lm_ring_free);
	}
	host_try("%u sampled", sampled);
	EXPECT_SAME(cut, 0);
	EXPECT(sampled > 5, "some are");
}

static unsigned int hand = 20;

static void another_hand_takes_chunks(void)
{
	if (host_chance(hand))
		take_chunks(1 + host_below(2));
}

/* Readers hold more and more of the memory while it is written: at last it is cut off. */
static void is_cut_off_at_a_record_when_memory_goes(void)
{
	unsigned int round, cut = 0, whole = 0, none = 0;
	struct lm_report report;
	struct seen seen;

	start(512);
	hand = 6;
	/* Being cut off is rare: it is gone on until it was seen. */
	for (round = 0; round < 120 || (round < 10000 && !(cut && whole)); round++) {
		host_try("round %u", round);
		if (host_chance(2))
			see_many(300 + host_below(300), host_chance(2) ? 3 : 1000);
		else
			see_many(300, 20);
		take_chunks(lm_ring_chunks - 5 - host_below(60));
		host_at_rest = another_hand_takes_chunks;
		report = lm_report_write(&facts);
		host_at_rest = NULL;
		if (report.first) {
			seen = check_dump(&report);
			cut += seen.cut;
			whole += !seen.cut;
		} else {
			none++;
		}
		lm_chunks_give(report.first);
		EXPECT_SAME(count_free() + taken_count, lm_ring_chunks);
		give_chunks();
		EXPECT_SAME(count_free(), lm_ring_chunks);
	}
	host_try("%u cut off, %u not, %u not there", cut, whole, none);
	EXPECT(cut && whole, "some of each");
}

/* The stack has room and its only task has not: nothing was there already. */
static void counts_no_task_that_found_no_room_as_one_seen_before(void)
{
	unsigned int round, cut = 0;
	struct lm_report report;

	start(512);
	hand = 6;
	for (round = 0; round < 160; round++) {
		host_try("round %u", round);
		look();
		while (facts.kept < 300)
			see(1 + facts.kept, 64, 0);
		take_chunks(lm_ring_chunks - 10 - host_below(40));
		host_at_rest = another_hand_takes_chunks;
		report = lm_report_write(&facts);
		host_at_rest = NULL;
		if (report.first)
			cut += check_dump(&report).cut;
		lm_chunks_give(report.first);
		give_chunks();
	}
	host_try("%u cut off", cut);
	EXPECT(cut > 0, "some are");
}

const struct host_test host_tests[] = {
	HOST_TEST(writes_every_word_of_it),
	HOST_TEST(gives_no_lock_the_name_of_an_empty_key),
	HOST_TEST(believes_no_odd_boot_id),
	HOST_TEST(hides_the_way_into_sleep_and_nothing_else),
	HOST_TEST(tells_a_load_from_its_echo),
	HOST_TEST(names_the_first_silent_cpus),
	HOST_TEST(has_its_history_in_runs_or_not_at_all),
	HOST_TEST(no_name_forges_a_record),
	HOST_TEST(a_name_ends_with_its_room),
	HOST_TEST(adds_up_however_many_there_are),
	HOST_TEST(fills_half_of_the_ring_and_no_more),
	HOST_TEST(a_sample_is_fair),
	HOST_TEST(is_a_sample_whatever_is_around_the_tasks),
	HOST_TEST(is_cut_off_at_a_record_when_memory_goes),
	HOST_TEST(counts_no_task_that_found_no_room_as_one_seen_before),
	{ }
};
