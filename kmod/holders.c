// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/pid.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "holders.h"
#include "scan.h"
#include "unwind.h"
#include "waits.h"

/*
 * Why an owner that is named is the owner. A lock is there as long as somebody sleeps for it, and a
 * sleeper is proven as in unwind.c: by the count of its switches.
 *
 * 1. The lock is read a first time. Its word names the address of its owner, if it has one.
 * 2. All tasks are compared with that address, and who has it is pinned: from here on nobody else
 *    can have it.
 * 3. The lock is read a second time, and says the same.
 * 4. A waiter is still in the sleep in which it was seen: so what was read in 3 was the lock, and
 *    it named the task that is pinned, at that moment.
 *
 * One thing cannot be seen: who ended and kept the lock, and whose address another task has since.
 * But whoever began after the dump did is not it.
 */

/* A waiter's place in the dump, and in the list of its lock. */
struct lm_waiter {
	unsigned long node;
	unsigned long next;
	unsigned long prev;
	u32 index;
	/* The lock's number; 0: not known yet. */
	u32 lock;
	/* The next in the same bucket, by index + 1; 0 ends the chain. */
	u32 chain;
	u8 kind;
	bool read;
};

struct lm_claim {
	struct lm_holding first;
	struct lm_holding again;
	/* The place in the matches of who has that address, from 1; 0: nobody was found. */
	u32 owner;
	/* The next that wants an owner in the same bucket; 0 ends the chain. */
	u32 chain;
	bool confirmed;
};

#define LM_OWNERS_BITS 8

/* One dump is taken at a time: no lock. */
static struct lm_waiter *lm_waiters;
static u32 lm_waiters_size;
static u32 lm_waiters_used;
/* The waiters' nodes, by address. */
static u32 *lm_nodes;
static unsigned int lm_nodes_bits;
/* By the locks' numbers. */
static struct lm_claim *lm_claims;
static u32 lm_claims_size;
/* Up to these all is known that will be. */
static u32 lm_waiters_joined;
static u32 lm_claims_settled;
/* Locks whose owner is looked for, by its address. */
static u32 lm_wanted[1 << LM_OWNERS_BITS];
static u32 lm_wanted_left;
static u64 lm_holders_begin_ns;

int lm_holders_init(unsigned int max_tasks)
{
	lm_waiters_size = max_tasks + LM_OWNERS_MAX;
	lm_claims_size = LM_LOCKS_MAX + 1;
	lm_nodes_bits = ilog2(roundup_pow_of_two(lm_waiters_size));
	lm_waiters = vzalloc(array_size(lm_waiters_size, sizeof(*lm_waiters)));
	lm_nodes = vzalloc(array_size(1UL << lm_nodes_bits, sizeof(*lm_nodes)));
	lm_claims = vzalloc(array_size(lm_claims_size, sizeof(*lm_claims)));
	if (lm_waiters && lm_nodes && lm_claims)
		return 0;
	lm_holders_exit();
	return -ENOMEM;
}

void lm_holders_exit(void)
{
	vfree(lm_claims);
	vfree(lm_nodes);
	vfree(lm_waiters);
}

void lm_holders_begin(u64 begin_ns)
{
	lm_locks_clear();
	/* Thousands of buckets, of which a dump without waiters used none. */
	if (lm_waiters_used)
		memset(lm_nodes, 0, sizeof(*lm_nodes) << lm_nodes_bits);
	lm_waiters_used = 0;
	lm_waiters_joined = 0;
	lm_claims_settled = 0;
	lm_holders_begin_ns = begin_ns;
}

static bool lm_read(unsigned long address, size_t offset, unsigned long *word)
{
	return !copy_from_kernel_nofault(word, (void *)(address + offset), sizeof(*word));
}

static void lm_holding_alone(struct lm_holding *holding, unsigned long owner)
{
	holding->held = owner ? LM_HELD_WRITE : LM_HELD_NOBODY;
	holding->owner = owner;
}

#ifndef CONFIG_PREEMPT_RT

/* The flags in the owner's word (kernel/locking/mutex.h): 1 waiters, 2 handoff, 4 pickup. */
#define LM_MUTEX_FLAGS 7UL
/* It is given to the task that the word names, which does not have it yet. */
#define LM_MUTEX_PICKUP 4UL

static bool lm_holders_of_mutex(unsigned long address, struct lm_holding *holding)
{
	unsigned long owner;

	if (!lm_read(address, offsetof(struct mutex, owner), &owner))
		return false;
	lm_holding_alone(holding, owner & ~LM_MUTEX_FLAGS);
	if (owner & LM_MUTEX_PICKUP)
		*holding = (struct lm_holding){ .held = LM_HELD_CHANGING };
	return true;
}

/* kernel/locking/rwsem.c */
#define LM_RWSEM_WRITER_LOCKED 1UL
#define LM_RWSEM_READER_SHIFT 8
#define LM_RWSEM_READER_OWNED 1UL
/* From 5.11 on one fewer. */
#define LM_RWSEM_OWNER_FLAGS 7UL

/* The word of a lock that is read names who came last, and he may be gone: no name, then. */
static bool lm_holders_of_rwsem(unsigned long address, struct lm_holding *holding)
{
	unsigned long count, owner;

	if (!lm_read(address, offsetof(struct rw_semaphore, count), &count) ||
	    !lm_read(address, offsetof(struct rw_semaphore, owner), &owner))
		return false;
	if (count & LM_RWSEM_WRITER_LOCKED) {
		lm_holding_alone(holding, owner & ~LM_RWSEM_OWNER_FLAGS);
		/* Between taking it and writing one's name there is a moment. */
		if (!holding->owner || (owner & LM_RWSEM_READER_OWNED))
			*holding = (struct lm_holding){ .held = LM_HELD_CHANGING };
		return true;
	}
	holding->readers = (count & LONG_MAX) >> LM_RWSEM_READER_SHIFT;
	holding->held = holding->readers ? LM_HELD_READ : LM_HELD_NOBODY;
	return true;
}

#else /* CONFIG_PREEMPT_RT: they are rt_mutexes */

static bool lm_holders_of_mutex(unsigned long address, struct lm_holding *holding)
{
	return false;
}

static bool lm_holders_of_rwsem(unsigned long address, struct lm_holding *holding)
{
	return false;
}

#endif

/* From 6.16 on, where the kernel looks for hung tasks, it says who took it last. */
static bool lm_holders_of_semaphore(unsigned long address, struct lm_holding *holding)
{
#ifdef LM_HAVE_SEMAPHORE_LAST_HOLDER
	if (!lm_read(address, offsetof(struct semaphore, last_holder), &holding->owner))
		return false;
	holding->held = holding->owner ? LM_HELD_LAST : LM_HELD_UNKNOWN;
#endif
	return true;
}

#ifdef LM_HAVE_RT_MUTEX_BASE
#define LM_RT_MUTEX_OWNER offsetof(struct rt_mutex_base, owner)
#else
#define LM_RT_MUTEX_OWNER offsetof(struct rt_mutex, owner)
#endif

static bool lm_holders_of_rt_mutex(unsigned long address, struct lm_holding *holding)
{
	unsigned long owner;

	if (!lm_read(address, LM_RT_MUTEX_OWNER, &owner))
		return false;
	/* RT_MUTEX_HAS_WAITERS */
	lm_holding_alone(holding, owner & ~1UL);
	return true;
}

/*
 * Readers are counted on each CPU, and nobody says who writes: but whoever waits for the readers to
 * leave, and keeps all others out meanwhile, is there to be woken.
 */
static bool lm_holders_of_percpu_rwsem(unsigned long address, struct lm_holding *holding)
{
	const void *blocks = (void *)(address + offsetof(struct percpu_rw_semaphore, block));
	int block;

	if (!lm_read(address, offsetof(struct percpu_rw_semaphore, writer.task), &holding->owner) ||
	    copy_from_kernel_nofault(&block, blocks, sizeof(block)))
		return false;
	holding->held = block ? LM_HELD_WRITE : LM_HELD_NOBODY;
	if (!block)
		holding->owner = 0;
	return true;
}

bool lm_holders_read(unsigned long address, enum lm_lock_kind kind, struct lm_holding *holding)
{
	memset(holding, 0, sizeof(*holding));
	switch (kind) {
	case LM_MUTEX:
		return lm_holders_of_mutex(address, holding);
	case LM_RWSEM:
		return lm_holders_of_rwsem(address, holding);
	case LM_SEMAPHORE:
		return lm_holders_of_semaphore(address, holding);
	case LM_RT_MUTEX:
		return lm_holders_of_rt_mutex(address, holding);
	case LM_PERCPU_RWSEM:
		return lm_holders_of_percpu_rwsem(address, holding);
	default:
		return false;
	}
}

static u32 *lm_node_bucket(unsigned long node)
{
	return lm_nodes + hash_long(node, lm_nodes_bits);
}

static struct lm_waiter *lm_waiter_at(unsigned long node)
{
	u32 place;

	for (place = *lm_node_bucket(node); place; place = lm_waiters[place - 1].chain)
		if (lm_waiters[place - 1].node == node)
			return lm_waiters + place - 1;
	return NULL;
}

void lm_holders_note(u32 index, const struct lm_match *match, const struct lm_frames *frames)
{
	struct lm_waiter *waiter = lm_waiters + lm_waiters_used;
	struct lm_wait wait;
	u32 *bucket;

	if (lm_waiters_used == lm_waiters_size || !lm_waits_find(match, frames, &wait))
		return;
	lm_waiters_used++;
	*waiter = (struct lm_waiter){
		.node = wait.node,
		.next = wait.next,
		.prev = wait.prev,
		.index = index,
		.kind = wait.kind,
		.read = wait.read,
	};
	if (wait.lock)
		waiter->lock = lm_locks_add(wait.lock, wait.kind);
	if (!wait.node)
		return;
	bucket = lm_node_bucket(wait.node);
	waiter->chain = *bucket;
	*bucket = lm_waiters_used;
}

/*
 * Two waiters that are proven, and each of which the other's list names as the next, wait for one
 * lock. Both slept when the walk over all tasks ended. Who of them was read later was read while
 * he slept, and the other one's words, too, or was the other one's neighbour already before that,
 * in the sleep that both share: a list does not change under who sleeps in it.
 */
static void lm_holders_join(struct lm_waiter *waiter)
{
	struct lm_waiter *from, *to;

	for (from = waiter; (to = lm_waiter_at(from->next)); from = to) {
		if (to->lock || to->prev != from->node || to->kind != from->kind)
			break;
		to->lock = from->lock;
	}
	for (from = waiter; (to = lm_waiter_at(from->prev)); from = to) {
		if (to->lock || to->next != from->node || to->kind != from->kind)
			break;
		to->lock = from->lock;
	}
}

static void lm_holders_join_all(void)
{
	u32 i;

	for (i = lm_waiters_joined; i < lm_waiters_used; i++)
		if (lm_waiters[i].lock && lm_waiters[i].node)
			lm_holders_join(lm_waiters + i);
	lm_waiters_joined = lm_waiters_used;
}

static u32 *lm_wanted_bucket(unsigned long task)
{
	return lm_wanted + hash_long(task, LM_OWNERS_BITS);
}

/* Reads the locks that are new, and notes which owners are to be found. */
static void lm_holders_read_first(void)
{
	struct lm_claim *claim;
	u32 number, *bucket;

	memset(lm_wanted, 0, sizeof(lm_wanted));
	lm_wanted_left = 0;
	for (number = lm_claims_settled + 1; number <= lm_locks_count(); number++) {
		const struct lm_lock *lock = lm_locks_get(number);

		claim = lm_claims + number;
		memset(claim, 0, sizeof(*claim));
		if (!lm_holders_read(lock->address, lock->kind, &claim->first) ||
		    !claim->first.owner)
			continue;
		bucket = lm_wanted_bucket(claim->first.owner);
		claim->chain = *bucket;
		*bucket = number;
		lm_wanted_left++;
	}
}

/* Who is found has this place in the matches. */
static bool lm_holders_found(const struct task_struct *task, u32 index)
{
	bool found = false;
	u32 number;

	for (number = *lm_wanted_bucket((unsigned long)task); number;
	     number = lm_claims[number].chain) {
		struct lm_claim *claim = lm_claims + number;

		if (claim->owner || claim->first.owner != (unsigned long)task)
			continue;
		claim->owner = index + 1;
		lm_wanted_left--;
		found = true;
	}
	return found;
}

/* A thread of the walk; pinned if it is one that is looked for. */
static bool lm_holders_compare(struct task_struct *task, void *data)
{
	struct lm_matches *matches = data;

	if (matches->owners == LM_OWNERS_MAX)
		return false;
	if (!lm_holders_found(task, matches->size + matches->owners))
		return true;
	get_task_struct(task);
	matches->match[matches->size + matches->owners++].task = task;
	return lm_wanted_left;
}

/* Whether all tasks were compared, as far as there was still somebody to be found. */
static bool lm_holders_find(struct lm_matches *matches, u64 *rcu_max_ns)
{
	u32 i;

	for (i = 0; i < matches->used && lm_wanted_left; i++)
		lm_holders_found(matches->match[i].task, i);
	for (i = 0; i < matches->owners && lm_wanted_left; i++)
		lm_holders_found(matches->match[matches->size + i].task, matches->size + i);
	if (!lm_wanted_left)
		return true;
	return lm_scan_each(lm_holders_compare, matches, rcu_max_ns) &&
	       matches->owners < LM_OWNERS_MAX;
}

/* Reads the locks again, and then looks who of the waiters still sleeps the same sleep. */
static void lm_holders_read_again(const struct lm_matches *matches)
{
	struct lm_claim *claim;
	u32 number, i;

	for (number = lm_claims_settled + 1; number <= lm_locks_count(); number++)
		lm_holders_read(lm_locks_get(number)->address, lm_locks_get(number)->kind,
				&lm_claims[number].again);
	/* All locks first, then the looks that prove that they were there. */
	smp_rmb();
	for (i = 0; i < lm_waiters_used; i++) {
		if (lm_waiters[i].lock <= lm_claims_settled)
			continue;
		claim = lm_claims + lm_waiters[i].lock;
		if (!claim->confirmed)
			claim->confirmed =
				lm_unwind_still_sleeps(matches->match + lm_waiters[i].index);
	}
}

static bool lm_holding_same(const struct lm_holding *one, const struct lm_holding *other)
{
	return one->held == other->held && one->owner == other->owner &&
	       one->readers == other->readers;
}

static void lm_holders_decide(struct lm_lock *lock, const struct lm_claim *claim,
			      const struct lm_matches *matches, bool all)
{
	const struct task_struct *owner = NULL;

	lock->held = claim->again.held;
	if (!claim->confirmed || !lm_holding_same(&claim->first, &claim->again)) {
		lock->held = LM_HELD_CHANGING;
		return;
	}
	lock->readers = claim->again.readers;
	if (!claim->again.owner)
		return;
	if (claim->owner)
		owner = matches->match[claim->owner - 1].task;
	if (owner && !READ_ONCE(owner->exit_state) && owner->start_time < lm_holders_begin_ns)
		lock->owner = task_pid_nr((struct task_struct *)owner);
	else if (lock->held == LM_HELD_WRITE && (owner ? READ_ONCE(owner->exit_state) : all))
		lock->held = LM_HELD_GONE;
	else
		lock->held = LM_HELD_UNKNOWN;
}

/* Who has no lock although others wait for it is asked twice with some time in between. */
static void lm_holders_let_hand_over(void)
{
	u32 number;

	for (number = lm_claims_settled + 1; number <= lm_locks_count(); number++) {
		if (lm_claims[number].first.held != LM_HELD_NOBODY)
			continue;
		lm_doze(1000);
		return;
	}
}

void lm_holders_settle(struct lm_matches *matches, u64 *rcu_max_ns)
{
	u32 number;
	bool all;

	lm_holders_join_all();
	if (lm_claims_settled == lm_locks_count())
		return;
	lm_holders_read_first();
	all = lm_holders_find(matches, rcu_max_ns);
	lm_holders_let_hand_over();
	lm_holders_read_again(matches);
	for (number = lm_claims_settled + 1; number <= lm_locks_count(); number++)
		lm_holders_decide(lm_locks_get(number), lm_claims + number, matches, all);
	lm_claims_settled = lm_locks_count();
}

void lm_holders_tell(void (*tell)(u32 index, u32 lock, bool read))
{
	u32 i;

	for (i = 0; i < lm_waiters_used; i++)
		if (lm_waiters[i].lock)
			tell(lm_waiters[i].index, lm_waiters[i].lock, lm_waiters[i].read);
}
