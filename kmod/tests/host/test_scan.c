// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "scan.h"

#define TASKS_MAX 2000

static struct task_struct tasks[TASKS_MAX];
static struct task_struct *list[TASKS_MAX];
static struct lm_match match[TASKS_MAX];
static u64 now_ns;
static u64 look_ns;

u64 ktime_get_ns(void)
{
	now_ns += look_ns;
	return now_ns;
}

u64 get_jiffies_64(void)
{
	return 0;
}

/* All alive, none of them load, nobody the caller. */
static void start(unsigned int count)
{
	static struct task_struct caller;
	unsigned int i;

	memset(tasks, 0, sizeof(tasks));
	for (i = 0; i < count; i++) {
		list[i] = tasks + i;
		tasks[i].leader = true;
		tasks[i].__state = TASK_INTERRUPTIBLE;
		tasks[i].nvcsw = 1000 + i;
	}
	host_tasks = list;
	host_tasks_count = count;
	host_current = &caller;
	caller.on_rq = 1;
}

static unsigned int pinned(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < TASKS_MAX; i++)
		count += tasks[i].pins;
	return count;
}

static void give_back(struct lm_matches *matches)
{
	while (matches->used)
		put_task_struct(matches->match[--matches->used].task);
	EXPECT_SAME(pinned(), 0);
	EXPECT_SAME(host_rcu_depth, 0);
}

static void counts_each_kind_and_pins_the_load(void)
{
	struct lm_matches matches = { .match = match, .size = TASKS_MAX };
	struct lm_counts counts;
	unsigned int i;

	start(10);
	tasks[1].on_rq = 1;
	tasks[2].__state = TASK_UNINTERRUPTIBLE;
	tasks[3].__state = TASK_UNINTERRUPTIBLE;
	tasks[3].in_iowait = 1;
	/* Sleeps in I/O and is no load; runs after it, and no longer sleeps. */
	tasks[4].in_iowait = 1;
	tasks[5].in_iowait = 1;
	tasks[5].on_rq = 1;
	tasks[6].on_rq = 1;
	tasks[6].se.sched_delayed = 1;
	tasks[7].__state = TASK_IDLE;
	tasks[8].on_rq = 1;
	tasks[9].on_rq = 1;
	host_current = tasks + 9;
	lm_scan(&counts, tasks + 8, &matches);
	EXPECT_SAME(counts.threads, 10);
	EXPECT_SAME(counts.running, 3);
	EXPECT_SAME(counts.delayed, 1);
	EXPECT_SAME(counts.uninterruptible, 2);
	EXPECT_SAME(counts.iowait, 2);
	EXPECT_SAME(counts.walks, 1);
	EXPECT(!counts.incomplete, "all of them");
	EXPECT_SAME(matches.seen, 5);
	EXPECT_SAME(matches.used, 5);
	for (i = 0; i < matches.used; i++) {
		EXPECT_SAME(match[i].task->pins, 1);
		EXPECT_SAME(match[i].switches, match[i].task->nvcsw + match[i].task->nivcsw);
	}
	EXPECT_SAME(match[0].share, LM_RUNNING);
	EXPECT_SAME(match[1].share, LM_UNINTERRUPTIBLE);
	EXPECT_SAME(match[4].share, LM_DELAYED);
	give_back(&matches);
	/* Counting alone pins nobody. */
	lm_scan(&counts, NULL, NULL);
	EXPECT_SAME(counts.running, 4);
	EXPECT_SAME(pinned(), 0);
}

/* Where there are more than room, each has the same chance, whenever it began. */
static void every_task_has_the_same_chance(void)
{
	const unsigned int count = 300, size = 40, scans = 3000;
	struct lm_matches matches = { .match = match, .size = size };
	static unsigned int kept[300];
	double mean = (double)scans * size / count, part = (double)size / count;
	double sum = 0, halves = 0;
	struct lm_counts counts;
	unsigned int scan, i;

	now_ns = host_random();
	start(count);
	for (i = 0; i < count; i++)
		tasks[i].on_rq = 1;
	for (scan = 0; scan < scans; scan++) {
		lm_scan(&counts, NULL, &matches);
		EXPECT_SAME(counts.running, count);
		EXPECT_SAME(matches.used, size);
		EXPECT_SAME(matches.seen, count);
		EXPECT_SAME(pinned(), size);
		for (i = 0; i < count; i++) {
			EXPECT(tasks[i].pins <= 1, "each once");
			kept[i] += tasks[i].pins;
		}
		give_back(&matches);
		matches.seen = 0;
	}
	for (i = 0; i < count; i++) {
		sum += (kept[i] - mean) * (kept[i] - mean) / (mean * (1 - part));
		halves += i < count / 2 ? kept[i] : -(double)kept[i];
	}
	host_try("%.1f times each of %u on average", mean, scans);
	/* Chi squared has a mean of @count and a variance of twice that; six roots are far. */
	EXPECT((sum - count) * (sum - count) < 36.0 * 2 * count,
	       "a sum of squares near %u, came %.1f", count, sum);
	EXPECT(halves * halves < 36.0 * scans * size,
	       "as many early as late ones, came a difference of %.0f", halves);
}

static void keeps_all_where_there_is_room(void)
{
	struct lm_matches matches = { .match = match, .size = 50 };
	struct lm_counts counts;
	unsigned int i;

	start(50);
	for (i = 0; i < 50; i++)
		tasks[i].__state = TASK_UNINTERRUPTIBLE;
	lm_scan(&counts, NULL, &matches);
	EXPECT_SAME(matches.used, 50);
	for (i = 0; i < 50; i++)
		EXPECT(match[i].task == tasks + i, "in the order of the list");
	give_back(&matches);
}

static unsigned int rests;
static unsigned int deaths;
static void (*die)(struct task_struct *task);

/*
 * The one at which the walk rests has been pinned twice: as a process and as a thread. It is out of
 * the list then; who stands there does not find the way back.
 */
static void rest(void)
{
	unsigned int i;

	rests++;
	for (i = 0; deaths && i < host_tasks_count; i++) {
		if (list[i]->pins >= 2) {
			die(list[i]);
			deaths--;
			host_tasks_count--;
			memmove(list + i, list + i + 1, (host_tasks_count - i) * sizeof(*list));
			return;
		}
	}
}

static void dies(struct task_struct *task)
{
	task->dead = true;
}

/* exec() by another thread takes its place. */
static void leads_no_more(struct task_struct *task)
{
	task->leader = false;
}

static void scan_with_deaths(unsigned int count, unsigned int walks, bool incomplete)
{
	struct lm_matches matches = { .match = match, .size = TASKS_MAX };
	struct lm_counts counts;
	unsigned int i, load = 0;

	start(1000);
	for (i = 0; i < 1000; i += 1 + host_below(2))
		tasks[i].on_rq = 1;
	rests = 0;
	deaths = count;
	host_at_rest = rest;
	/* Each look at the clock, one in 64 threads, finds that half of the time is over. */
	look_ns = 2 * NSEC_PER_MSEC;
	lm_scan(&counts, NULL, &matches);
	host_try("%u deaths", count);
	EXPECT(rests > 2, "it rests");
	EXPECT_SAME(counts.walks, walks);
	EXPECT_SAME(counts.incomplete, incomplete);
	if (!incomplete) {
		EXPECT_SAME(counts.threads, 1000 - count);
		for (i = 0; i < host_tasks_count; i++)
			load += list[i]->on_rq;
		EXPECT_SAME(matches.used, load);
	}
	EXPECT_SAME(counts.running, matches.used);
	EXPECT_SAME(pinned(), matches.used);
	EXPECT(counts.rcu_max_ns >= 4 * NSEC_PER_MSEC && counts.rcu_max_ns <= 8 * NSEC_PER_MSEC,
	       "no section of more than 4 ms and a look, came %llu", counts.rcu_max_ns);
	give_back(&matches);
}

static void walks_again_when_its_place_ends(void)
{
	die = dies;
	scan_with_deaths(0, 1, false);
	scan_with_deaths(1, 2, false);
	scan_with_deaths(3, 4, false);
	scan_with_deaths(4, 4, true);
	die = leads_no_more;
	scan_with_deaths(2, 3, false);
}

const struct host_test host_tests[] = {
	HOST_TEST(counts_each_kind_and_pins_the_load),
	HOST_TEST(keeps_all_where_there_is_room),
	HOST_TEST(every_task_has_the_same_chance),
	HOST_TEST(walks_again_when_its_place_ends),
	{ }
};
