// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* With the source itself: what becomes of waiters that no lock is known of can be seen. */
#include "holders.c"

#define TASKS_MAX 64
#define BEGIN_NS 1000

static struct task_struct tasks[TASKS_MAX], others[TASKS_MAX];
static struct lm_match match[TASKS_MAX + LM_OWNERS_MAX];
static struct lm_wait waits[TASKS_MAX];
static bool woken[TASKS_MAX];
static struct lm_matches matches;
static u32 told_lock[TASKS_MAX + LM_OWNERS_MAX];
static bool told_read[TASKS_MAX + LM_OWNERS_MAX];
static bool walk_is_whole;
/* What happens between the two readings of a lock. */
static void (*meanwhile)(void);
static u64 rcu_ns;

static struct mutex mutex;
static struct rw_semaphore rwsem;
static struct semaphore semaphore;
static struct rt_mutex_base rt_mutex;
static struct percpu_rw_semaphore percpu_rwsem;

u64 ktime_get_ns(void)
{
	return 0;
}

u64 get_jiffies_64(void)
{
	return 0;
}

bool lm_waits_find(const struct lm_match *of, const struct lm_frames *frames, struct lm_wait *wait)
{
	*wait = waits[of - match];
	return wait->lock || wait->node;
}

bool lm_unwind_still_sleeps(const struct lm_match *of)
{
	return !woken[of - match];
}

bool lm_scan_each(bool (*visit)(struct task_struct *thread, void *data), void *data,
		  u64 *rcu_max_ns)
{
	unsigned int i;

	for (i = 0; i < TASKS_MAX; i++)
		if (!visit(others + i, data))
			break;
	if (meanwhile)
		meanwhile();
	return walk_is_whole;
}

static void start(void)
{
	unsigned int i;

	if (!lm_waiters) {
		EXPECT_SAME(lm_locks_init(), 0);
		EXPECT_SAME(lm_holders_init(TASKS_MAX), 0);
	}
	memset(tasks, 0, sizeof(tasks));
	memset(others, 0, sizeof(others));
	memset(waits, 0, sizeof(waits));
	memset(woken, 0, sizeof(woken));
	memset(told_lock, 0, sizeof(told_lock));
	for (i = 0; i < TASKS_MAX; i++) {
		tasks[i].pid = 100 + i;
		others[i].pid = 500 + i;
		match[i].task = tasks + i;
	}
	matches = (struct lm_matches){ .match = match, .used = TASKS_MAX, .size = TASKS_MAX };
	walk_is_whole = true;
	meanwhile = NULL;
	lm_holders_begin(BEGIN_NS);
}

static void tell(u32 index, u32 lock, bool read)
{
	told_lock[index] = lock;
	told_read[index] = read;
}

/* This one waits for that lock. */
static void wait_for(unsigned int i, const void *lock, enum lm_lock_kind kind)
{
	waits[i].lock = (unsigned long)lock;
	waits[i].kind = kind;
}

static void settle(void)
{
	unsigned int i;

	for (i = 0; i < TASKS_MAX; i++)
		lm_holders_note(i, match + i, NULL);
	lm_holders_settle(&matches, &rcu_ns);
	lm_holders_tell(tell);
}

static const struct lm_lock *only_lock(void)
{
	EXPECT_SAME(lm_locks_count(), 1);
	return lm_locks_get(1);
}

static const struct lm_lock *lock_of(const void *address, enum lm_lock_kind kind)
{
	start();
	wait_for(3, address, kind);
	settle();
	EXPECT_SAME(told_lock[3], 1);
	return only_lock();
}

static void reads_what_each_kind_says(void)
{
	const struct lm_lock *lock;

	/* Waiters, and it is handed over when it is given back. */
	mutex.owner = (unsigned long)(others + 7) | 3;
	lock = lock_of(&mutex, LM_MUTEX);
	EXPECT_SAME(lock->held, LM_HELD_WRITE);
	EXPECT_SAME(lock->owner, 507);
	/* Given to somebody who does not have it yet. */
	mutex.owner |= 4;
	lock = lock_of(&mutex, LM_MUTEX);
	EXPECT_SAME(lock->held, LM_HELD_CHANGING);
	EXPECT_SAME(lock->owner, 0);
	mutex.owner = 1;
	EXPECT_SAME(lock_of(&mutex, LM_MUTEX)->held, LM_HELD_NOBODY);

	rwsem.count = 1 | 2;
	rwsem.owner = (unsigned long)(others + 2);
	lock = lock_of(&rwsem, LM_RWSEM);
	EXPECT_SAME(lock->held, LM_HELD_WRITE);
	EXPECT_SAME(lock->owner, 502);
	/* Not written yet that it is his. */
	rwsem.owner = 0;
	EXPECT_SAME(lock_of(&rwsem, LM_RWSEM)->held, LM_HELD_CHANGING);
	rwsem.owner = (unsigned long)(others + 2) | 1;
	EXPECT_SAME(lock_of(&rwsem, LM_RWSEM)->held, LM_HELD_CHANGING);
	/* Readers have no names, whatever the word says; the uppermost bit is none. */
	rwsem.count = 3 << 8 | 2 | 1UL << 63;
	lock = lock_of(&rwsem, LM_RWSEM);
	EXPECT_SAME(lock->held, LM_HELD_READ);
	EXPECT_SAME(lock->readers, 3);
	EXPECT_SAME(lock->owner, 0);
	rwsem.count = 2;
	EXPECT_SAME(lock_of(&rwsem, LM_RWSEM)->held, LM_HELD_NOBODY);

	semaphore.last_holder = (unsigned long)(others + 9);
	lock = lock_of(&semaphore, LM_SEMAPHORE);
	EXPECT_SAME(lock->held, LM_HELD_LAST);
	EXPECT_SAME(lock->owner, 509);
	semaphore.last_holder = 0;
	EXPECT_SAME(lock_of(&semaphore, LM_SEMAPHORE)->held, LM_HELD_UNKNOWN);

	rt_mutex.owner = (void *)((unsigned long)(others + 1) | 1);
	EXPECT_SAME(lock_of(&rt_mutex, LM_RT_MUTEX)->owner, 501);

	percpu_rwsem.block = 1;
	lock = lock_of(&percpu_rwsem, LM_PERCPU_RWSEM);
	EXPECT_SAME(lock->held, LM_HELD_WRITE);
	EXPECT_SAME(lock->owner, 0);
	percpu_rwsem.writer.task = others + 4;
	EXPECT_SAME(lock_of(&percpu_rwsem, LM_PERCPU_RWSEM)->owner, 504);
	percpu_rwsem.block = 0;
	EXPECT_SAME(lock_of(&percpu_rwsem, LM_PERCPU_RWSEM)->held, LM_HELD_NOBODY);
}

/* Who is load is not pinned for the second time, and who is none stands behind all others. */
static void finds_owners_among_the_load_and_elsewhere(void)
{
	unsigned long owned = (unsigned long)(tasks + 5) | 1;

	mutex.owner = owned;
	EXPECT_SAME(lock_of(&mutex, LM_MUTEX)->owner, 105);
	EXPECT_SAME(matches.owners, 0);
	mutex.owner = (unsigned long)(others + 5) | 1;
	EXPECT_SAME(lock_of(&mutex, LM_MUTEX)->owner, 505);
	EXPECT_SAME(matches.owners, 1);
	EXPECT_SAME(others[5].pins, 1);
	EXPECT(match[TASKS_MAX].task == others + 5, "the first place behind the matches");
	/* One who has two locks, once. */
	start();
	rt_mutex.owner = others + 5;
	wait_for(1, &mutex, LM_MUTEX);
	wait_for(2, &rt_mutex, LM_RT_MUTEX);
	settle();
	EXPECT_SAME(lm_locks_get(1)->owner, 505);
	EXPECT_SAME(lm_locks_get(2)->owner, 505);
	EXPECT_SAME(matches.owners, 1);
	EXPECT_SAME(others[5].pins, 1);
}

static void names_nobody_whose_address_is_not_proven(void)
{
	mutex.owner = 0x1000 | 1;
	EXPECT_SAME(lock_of(&mutex, LM_MUTEX)->held, LM_HELD_GONE);
	/* Not all tasks were compared. */
	start();
	walk_is_whole = false;
	wait_for(3, &mutex, LM_MUTEX);
	settle();
	EXPECT_SAME(only_lock()->held, LM_HELD_UNKNOWN);
	/* It has ended, and its parent does not know yet. */
	start();
	mutex.owner = (unsigned long)(others + 5) | 1;
	others[5].exit_state = 16;
	wait_for(3, &mutex, LM_MUTEX);
	settle();
	EXPECT_SAME(only_lock()->held, LM_HELD_GONE);
	EXPECT_SAME(only_lock()->owner, 0);
	/* It began after the dump did: somebody else had that address. */
	start();
	others[5].start_time = BEGIN_NS;
	wait_for(3, &mutex, LM_MUTEX);
	settle();
	EXPECT_SAME(only_lock()->held, LM_HELD_UNKNOWN);
	EXPECT_SAME(only_lock()->owner, 0);
}

static void give_to_another(void)
{
	mutex.owner = (unsigned long)(others + 6) | 1;
}

static void give_back(void)
{
	mutex.owner = 1;
}

static void wake_all(void)
{
	memset(woken, true, sizeof(woken));
}

static void wake_the_first(void)
{
	woken[3] = true;
}

static void says_when_it_changed_hands_meanwhile(void)
{
	static void (*const changes[])(void) = { give_to_another, give_back, wake_all };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		host_try("change %u", i);
		start();
		mutex.owner = (unsigned long)(others + 5) | 1;
		meanwhile = changes[i];
		wait_for(3, &mutex, LM_MUTEX);
		settle();
		EXPECT_SAME(only_lock()->held, LM_HELD_CHANGING);
		EXPECT_SAME(only_lock()->owner, 0);
	}
	/* One waiter that still sleeps is enough. */
	start();
	mutex.owner = (unsigned long)(others + 5) | 1;
	meanwhile = wake_the_first;
	wait_for(3, &mutex, LM_MUTEX);
	wait_for(9, &mutex, LM_MUTEX);
	settle();
	EXPECT_SAME(only_lock()->owner, 505);
}

/* A list of waiters, of which only those at its ends know the lock, in any order of the tasks. */
static void who_waits_between_others_waits_for_the_same(void)
{
	unsigned int order[TASKS_MAX], i, round, cut, swap, at;

	mutex.owner = (unsigned long)(others + 5) | 1;
	for (round = 0; round < 200; round++) {
		start();
		for (i = 0; i < TASKS_MAX; i++)
			order[i] = i;
		for (i = TASKS_MAX - 1; i; i--) {
			at = host_below(i + 1);
			swap = order[i];
			order[i] = order[at];
			order[at] = swap;
		}
		/* Somewhere one is in the list whom nobody has proven. */
		cut = host_below(TASKS_MAX - 4) + 2;
		for (i = 0; i < TASKS_MAX; i++) {
			waits[order[i]] = (struct lm_wait){
				.node = 0x10000 + i * 0x100,
				.next = 0x10000 + (i + 1) * 0x100,
				.prev = 0x10000 + (i - 1) * 0x100,
				.kind = LM_MUTEX,
				.read = i % 2,
			};
		}
		waits[order[0]].lock = (unsigned long)&mutex;
		if (round % 2)
			waits[order[TASKS_MAX - 1]].lock = (unsigned long)&mutex;
		host_try("round %u, cut at %u", round, cut);
		waits[order[cut]].prev = 0xdead00;
		settle();
		EXPECT_SAME(only_lock()->owner, 505);
		for (i = 0; i < TASKS_MAX; i++) {
			EXPECT_SAME(told_lock[order[i]], i < cut || round % 2);
			if (told_lock[order[i]])
				EXPECT_SAME(told_read[order[i]], i % 2);
		}
	}
}

static void an_owner_may_wait_for_a_lock_itself(void)
{
	start();
	mutex.owner = (unsigned long)(others + 5) | 1;
	rt_mutex.owner = others + 6;
	wait_for(3, &mutex, LM_MUTEX);
	settle();
	EXPECT_SAME(matches.owners, 1);
	/* Looked at, it is found to wait as well. */
	wait_for(4, &rt_mutex, LM_RT_MUTEX);
	lm_holders_note(4, match + 4, NULL);
	lm_holders_settle(&matches, &rcu_ns);
	EXPECT_SAME(lm_locks_count(), 2);
	EXPECT_SAME(lm_locks_get(1)->owner, 505);
	EXPECT_SAME(lm_locks_get(2)->owner, 506);
	EXPECT_SAME(matches.owners, 2);
}

const struct host_test host_tests[] = {
	HOST_TEST(reads_what_each_kind_says),
	HOST_TEST(finds_owners_among_the_load_and_elsewhere),
	HOST_TEST(names_nobody_whose_address_is_not_proven),
	HOST_TEST(says_when_it_changed_hands_meanwhile),
	HOST_TEST(who_waits_between_others_waits_for_the_same),
	HOST_TEST(an_owner_may_wait_for_a_lock_itself),
	{ }
};
