// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* With the sources themselves: the two threads' loops can be run a turn at a time. */
#include "capture.c"

/*
 * A writer's wait is where all others go on: the two threads, the sampler, other writers. Who
 * writes meanwhile comes back first, as when the first one waits for a CPU while others have one.
 */
struct writer {
	struct task_struct task;
	char reason[LM_REASON_MAX + 1];
	/* His dump is finished, with this result. */
	bool over;
	int result;
	bool writes;
};

/* More than ever wait at once, and of those who gave up one whose dump is still being taken. */
static struct writer writers[16];

static struct writer *next_writer(void)
{
	struct writer *writer = writers;

	while (writer->writes || writer->task.pins)
		EXPECT(++writer < writers + ARRAY_SIZE(writers), "there is one who does not wait");
	memset(writer, 0, sizeof(*writer));
	writer->writes = true;
	return writer;
}

/* The dump that is being taken, as it should be: whose it is, NULL for the sampler's. */
static bool taking, seen;
static enum lm_kind taking_kind;
static bool taking_crossing;
static char taking_reason[LM_REASON_MAX + 1];
static struct writer *owner;
static const struct task_struct *taking_asker;
static u64 dumps[LM_KINDS], lost, refused;

/* What becomes of the next dump, as long as the test says so; else no two are the same. */
static bool told_result;
static int next_result;
static int published;
static u64 newest;

static struct task_struct threads[2];
static bool woken[2], ended[2];
static unsigned int created;
static u64 now_ns = 1000 * NSEC_PER_SEC;

static int (*meanwhile)(void);

u64 ktime_get_ns(void)
{
	return now_ns;
}

u64 get_jiffies_64(void)
{
	return 0;
}

void lm_look(struct lm_facts *facts, const struct task_struct *asker)
{
	EXPECT(!lm_capture_lock.held, "nobody looks under the lock");
	EXPECT(taking && !seen, "a look at a dump that was asked for, and one");
	EXPECT_SAME(facts->kind, taking_kind);
	EXPECT_TEXT(facts->reason, taking_reason);
	EXPECT(asker == taking_asker, "the asker is who wrote");
	EXPECT_SAME(facts->asker_pid, asker ? asker->pid : 0);
	EXPECT_TEXT(facts->asker_comm, asker ? asker->comm : "");
	EXPECT_SAME(facts->lost_dumps, lost);
	facts->id = newest + 1;
	seen = true;
}

struct lm_report lm_report_write(const struct lm_facts *facts)
{
	EXPECT(!lm_capture_lock.held, "nobody writes under the lock");
	EXPECT(taking && seen, "a text of what was seen");
	/* One in eight finds no room for any text. */
	published = -ENOSPC;
	return (struct lm_report){ .first = !told_result && host_chance(8) ? 0 : 1 };
}

int lm_ring_publish(u64 id, u32 first, bool crossing)
{
	static int serial = 1000;

	EXPECT_SAME(id, newest + 1);
	EXPECT_SAME(first, 1);
	EXPECT_SAME(crossing, taking_crossing);
	if (told_result)
		published = next_result;
	else
		published = host_chance(2) ? 0 : -++serial;
	if (!published)
		newest = id;
	return published;
}

struct task_struct *kthread_create(int (*function)(void *data), void *data, const char *name)
{
	EXPECT(created < 2, "two threads");
	EXPECT(function == (created ? lm_look_loop : lm_text_loop), "the text's, then the look's");
	EXPECT(strlen(name) < TASK_COMM_LEN, "a name that fits");
	return threads + (created++ ? 0 : 1);
}

void sched_set_normal(struct task_struct *thread, int nice)
{
	EXPECT(thread == threads + 1 && nice == MIN_NICE, "the text's thread is the ordinary one");
}

void sched_set_fifo_low(struct task_struct *thread)
{
	EXPECT(thread == threads, "the look's thread is the real-time one");
}

void wake_up_process(struct task_struct *thread)
{
	EXPECT(thread >= threads && thread < threads + 2, "one of the two");
	woken[thread - threads] = true;
}

/* A turn ends where the thread would sleep. */
bool kthread_should_stop(void)
{
	return true;
}

void schedule(void)
{
	host_fail(__FILE__, __LINE__, "a thread sleeps that is to end its turn");
}

static void look_turn(void)
{
	EXPECT_SAME(lm_look_loop(NULL), 0);
	woken[0] = false;
}

static void text_turn(void)
{
	lm_capture_done.told = false;
	EXPECT_SAME(lm_text_loop(NULL), 0);
	woken[1] = false;
	if (!taking || !seen)
		return;
	EXPECT(lm_capture_done.told, "who waits is told");
	if (published)
		lost++;
	else
		dumps[taking_kind]++;
	if (owner) {
		owner->over = true;
		owner->result = published;
	}
	owner = NULL;
	taking = false;
	seen = false;
}

int kthread_stop(struct task_struct *thread)
{
	EXPECT(thread >= threads && thread < threads + 2, "one of the two");
	EXPECT(thread == threads || ended[0], "the look ends first, and may leave a text");
	if (thread == threads)
		look_turn();
	else
		text_turn();
	ended[thread - threads] = true;
	return 0;
}

int host_wait(wait_queue_head_t *queue)
{
	EXPECT(queue == &lm_capture_done, "the one queue that there is");
	EXPECT(!lm_capture_lock.held, "nobody sleeps under the lock");
	return meanwhile();
}

static void dump_to_end(int result)
{
	told_result = true;
	next_result = result;
	EXPECT(woken[0], "the look's thread is woken");
	look_turn();
	EXPECT(woken[1], "the text's thread is woken");
	text_turn();
	told_result = false;
}

static void sampler_asks(void)
{
	bool crossing = host_chance(2);
	enum lm_kind kind = host_chance(2) ? LM_THRESHOLD : LM_ACTIVE;

	EXPECT_SAME(lm_capture_ask(kind, "a tick", crossing), !taking);
	if (taking)
		return;
	taking = true;
	taking_kind = kind;
	taking_crossing = crossing;
	strscpy(taking_reason, "a tick", sizeof(taking_reason));
	taking_asker = NULL;
	owner = NULL;
}

/* One write to trigger, and that its result is the right one. Good until the next one. */
static struct writer *write_trigger(int (*others)(void))
{
	int (*before)(void) = meanwhile;
	struct task_struct *caller = host_current;
	struct writer *writer = next_writer();
	bool admitted = !taking;
	int result;
	static int pid = 100;

	writer->task.pid = ++pid;
	snprintf(writer->task.comm, sizeof(writer->task.comm), "writer %d", pid);
	snprintf(writer->reason, sizeof(writer->reason), "reason %d", pid);
	if (admitted) {
		taking = true;
		taking_kind = LM_MANUAL;
		taking_crossing = false;
		strscpy(taking_reason, writer->reason, sizeof(taking_reason));
		taking_asker = &writer->task;
		owner = writer;
	}
	host_current = &writer->task;
	meanwhile = others;
	result = lm_capture_manual(writer->reason, strlen(writer->reason));
	meanwhile = before;
	host_current = caller;
	writer->writes = false;
	if (!admitted) {
		refused++;
		EXPECT_SAME(result, -EBUSY);
	} else if (writer->over) {
		EXPECT_SAME(result, writer->result);
		EXPECT_SAME(writer->task.pins, 0);
	} else {
		EXPECT_SAME(result, -EINTR);
		EXPECT(writer->task.pins, "he is known until the dump is taken");
		EXPECT(owner == writer, "whose dump it is");
		owner = NULL;
	}
	return writer;
}

static void start(void)
{
	lm_settings.min_spacing_ms = 0;
	EXPECT_SAME(lm_capture_init(), 0);
	EXPECT(woken[0] && woken[1], "both threads begin");
	look_turn();
	text_turn();
}

static void check_stats(void)
{
	struct lm_stats stats = lm_capture_stats();

	EXPECT_SAME(stats.dumps[LM_MANUAL], dumps[LM_MANUAL]);
	EXPECT_SAME(stats.dumps[LM_THRESHOLD], dumps[LM_THRESHOLD]);
	EXPECT_SAME(stats.dumps[LM_ACTIVE], dumps[LM_ACTIVE]);
	EXPECT_SAME(stats.lost, lost);
	EXPECT_SAME(stats.refused, refused);
}

static int first_result, second_result;

static int only_his_own(void)
{
	dump_to_end(first_result);
	return 0;
}

static int then_the_samplers(void)
{
	dump_to_end(first_result);
	sampler_asks();
	dump_to_end(second_result);
	return 0;
}

static int then_another_writers(void)
{
	const struct writer *another;
	int own = first_result;

	dump_to_end(own);
	first_result = second_result;
	another = write_trigger(only_his_own);
	EXPECT(another->over, "he has waited for his own");
	EXPECT_SAME(another->result, second_result);
	first_result = own;
	return 0;
}

/* Before the writer comes to a CPU again another dump is finished, and is no news to him. */
static void a_writer_gets_the_result_of_his_own_dump(void)
{
	int (*const others[])(void) = { only_his_own, then_the_samplers,
					then_another_writers };
	static const int results[][2] = { { 0, -ENOSPC }, { -ENOSPC, 0 }, { 0, 0 } };
	const struct writer *writer;
	unsigned int i, j;

	start();
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		for (j = 0; j < ARRAY_SIZE(results); j++) {
			first_result = results[j][0];
			second_result = results[j][1];
			host_try("his own %d, then %d, by others %u", first_result,
				 second_result, i);
			writer = write_trigger(others[i]);
			EXPECT(writer->over, "he has waited for his own");
			EXPECT_SAME(writer->result, first_result);
		}
	}
	check_stats();
}

static int a_signal(void)
{
	return -EINTR;
}

static int a_signal_when_it_is_done(void)
{
	dump_to_end(first_result);
	return -EINTR;
}

/* The dump of who gives up is taken all the same and tells nobody; the next one gets his own. */
static void who_gives_up_leaves_nothing_behind(void)
{
	const struct writer *writer, *next;

	start();
	writer = write_trigger(a_signal);
	EXPECT(!writer->over, "he did not wait for it");
	/* It goes on: nobody else is let in yet. */
	write_trigger(a_signal);
	dump_to_end(-ENOSPC);
	EXPECT_SAME(writer->task.pins, 0);
	first_result = 0;
	next = write_trigger(only_his_own);
	EXPECT(next->over, "he has waited for it");
	EXPECT_SAME(next->result, 0);
	/* And a signal in the moment in which it is done loses nothing. */
	first_result = -ENOSPC;
	EXPECT_SAME(write_trigger(a_signal_when_it_is_done)->result, -ENOSPC);
	first_result = 0;
	EXPECT_SAME(write_trigger(a_signal_when_it_is_done)->result, 0);
	EXPECT(!taking, "nothing is left to do");
	check_stats();
}

static unsigned int depth, deepest;

static int many_things(void);

/* What may happen while a writer waits; 0, or what a signal makes of his wait. */
static int anything(void)
{
	switch (host_below(depth < 8 ? 8 : 6)) {
	case 0:
		sampler_asks();
		return 0;
	case 1:
	case 2:
		if (woken[0])
			look_turn();
		return 0;
	case 3:
	case 4:
		if (woken[1])
			text_turn();
		return 0;
	case 5:
		return host_chance(4) ? -EINTR : 0;
	}
	depth++;
	deepest = max(deepest, depth);
	write_trigger(many_things);
	depth--;
	return 0;
}

/* His dump may be done long before he looks whether it is. */
static int many_things(void)
{
	int result;

	do {
		result = anything();
	} while (!result && !host_chance(8));
	return result;
}

static void any_order_of_writers_and_dumps(void)
{
	unsigned int i;

	start();
	for (i = 0; i < 20000; i++) {
		host_try("write %u", i);
		write_trigger(many_things);
		if (woken[0] && host_chance(2))
			look_turn();
		if (woken[1] && host_chance(2))
			text_turn();
	}
	EXPECT(deepest >= 3, "writers that wait within each other, came %u", deepest);
	EXPECT(lost > 1000 && dumps[LM_MANUAL] > 1000 && refused > 1000,
	       "a thousand of each, came %llu lost, %llu taken, %llu refused", lost,
	       dumps[LM_MANUAL], refused);
	check_stats();
}

/* Whoever is gone by then: what was asked for is seen and written before the threads end. */
static void what_was_asked_for_is_written_before_the_end(void)
{
	const struct writer *writer;

	start();
	writer = write_trigger(a_signal);
	lm_capture_exit();
	EXPECT(ended[0] && ended[1], "both threads have ended");
	EXPECT(!taking, "the dump is taken");
	EXPECT_SAME(writer->task.pins, 0);
	check_stats();
}

const struct host_test host_tests[] = {
	HOST_TEST(a_writer_gets_the_result_of_his_own_dump),
	HOST_TEST(who_gives_up_leaves_nothing_behind),
	HOST_TEST(any_order_of_writers_and_dumps),
	HOST_TEST(what_was_asked_for_is_written_before_the_end),
	{ }
};
