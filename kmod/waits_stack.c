// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "symbols.h"
#include "unwind.h"
#include "waits_stack.h"

#ifdef LM_WAITS_ON_STACK

/*
 * Whoever waits for a mutex, a rw_semaphore or a semaphore puts a waiter on his own stack, and that
 * into the lock's list. The structures are private to kernel/locking/, but all three begin alike:
 *
 *	struct list_head list;
 *	struct task_struct *task;
 *
 * So there is one where on a task's stack its own address lies behind two pointers whose targets
 * point back. Who waits for a percpu_rwsem has a wait_queue_entry there, with the task before these
 * pointers. And the code goes on with the lock when the task wakes: so the lock's address, or that
 * of its spinlock, lies on that stack, too. Where it fits to one of the two neighbours, that
 * neighbour is no other waiter but the list's head, and the lock is known. Who waits between others
 * waits for what they wait for: who joins the list's ends to its middle is holders.c.
 *
 * Two that fit are none.
 *
 * From 7.1 on the list has no head, and the lock points to its first waiter. Any word of the stack
 * might be the address of that lock, and to read where each of them leads is not done with another
 * task's stack: some may lead to a device. But where in its frames a function keeps the lock the
 * compiler has decided, once. So that is learnt from a thread of this module's own, at load, and
 * only there it is looked for.
 */

#ifdef LM_HAVE_LOCK_LISTS
#define LM_WAITERS(_type) offsetof(_type, wait_list)
#define LM_BY_FIRST false
#elif defined(LM_HAVE_FIRST_WAITER)
#define LM_WAITERS(_type) offsetof(_type, first_waiter)
#define LM_BY_FIRST true
#endif

/* The slow path's frame lies within so many bytes above the stack pointer. */
#define LM_STACK_SPAN 2048
#define LM_STACK_WORDS (LM_STACK_SPAN / sizeof(unsigned long))

/* Frames of the scheduler above the function that waits, at most. */
#define LM_SCHEDULER_FRAMES 6

enum lm_function {
	LM_FUNCTION_OTHER,
	LM_FUNCTION_SCHEDULER,
	LM_FUNCTION_MUTEX,
	LM_FUNCTION_RWSEM_READ,
	LM_FUNCTION_RWSEM_WRITE,
	LM_FUNCTION_SEMAPHORE,
	LM_FUNCTION_PERCPU_RWSEM,
};

/* Compilers put parts of them into others, and append to their names. The first that fits. */
static const struct {
	const char *prefix;
	enum lm_function function;
} lm_functions[] = {
	{ "schedule", LM_FUNCTION_SCHEDULER },
	{ "__schedule", LM_FUNCTION_SCHEDULER },
	{ "io_schedule", LM_FUNCTION_SCHEDULER },
	{ "percpu_rwsem_wait", LM_FUNCTION_PERCPU_RWSEM },
	{ "__percpu_down_read", LM_FUNCTION_PERCPU_RWSEM },
	{ "percpu_down_write", LM_FUNCTION_PERCPU_RWSEM },
#ifdef LM_WAITERS
#ifndef CONFIG_PREEMPT_RT
	{ "mutex_lock", LM_FUNCTION_MUTEX },
	{ "__mutex_lock", LM_FUNCTION_MUTEX },
	{ "ww_mutex_lock", LM_FUNCTION_MUTEX },
	{ "__ww_mutex_lock", LM_FUNCTION_MUTEX },
	{ "rwsem_down_read", LM_FUNCTION_RWSEM_READ },
	{ "rwsem_down_write", LM_FUNCTION_RWSEM_WRITE },
	{ "down_read", LM_FUNCTION_RWSEM_READ },
	{ "down_write", LM_FUNCTION_RWSEM_WRITE },
	{ "__down_read", LM_FUNCTION_RWSEM_READ },
	{ "__down_write", LM_FUNCTION_RWSEM_WRITE },
#endif
	{ "down", LM_FUNCTION_SEMAPHORE },
	{ "__down", LM_FUNCTION_SEMAPHORE },
	{ "___down", LM_FUNCTION_SEMAPHORE },
#endif
};

/*
 * Addresses of the kernel itself keep their names for as long as it runs; what is at the same place
 * here is looked up again. One caller at a time.
 */
struct lm_code {
	unsigned long address;
	enum lm_function function;
	/* The word of the stack that leads to the lock, from the stack pointer on; 0: not known. */
	unsigned int lock_word;
};

#define LM_KNOWN 512
static struct lm_code lm_known[LM_KNOWN];

/* What was learnt stays. */
#define LM_LEARNT 16
static struct lm_code lm_learnt[LM_LEARNT];
static unsigned int lm_learnt_used;
static bool lm_learns;

static enum lm_function lm_function_named(const char *symbol)
{
	unsigned int i;

	/* Locks are the kernel's own. */
	if (strchr(symbol, '['))
		return LM_FUNCTION_OTHER;
	for (i = 0; i < ARRAY_SIZE(lm_functions); i++)
		if (str_has_prefix(symbol, lm_functions[i].prefix))
			return lm_functions[i].function;
	return LM_FUNCTION_OTHER;
}

static const struct lm_code *lm_code_at(unsigned long address)
{
	static char symbol[LM_SYMBOL_MAX];
	struct lm_code *code = lm_known + address / 2 % LM_KNOWN;

	if (code->address == address)
		return code;
	lm_symbols_name(symbol, address, false);
	code->function = lm_function_named(symbol);
	/* What has no name that can be believed may be something else the next time. */
	code->address = strchr(symbol, '[') || symbol[0] == '?' ? 0 : address;
	return code;
}

/* The function that sleeps, and not the scheduler on whose way it does. */
static const struct lm_code *lm_code_that_waits(const struct lm_frames *frames)
{
	unsigned int i, most = min_t(unsigned int, frames->depth, LM_SCHEDULER_FRAMES);
	const struct lm_code *code;

	for (i = 0; i < most; i++) {
		code = lm_code_at(frames->address[i]);
		if (code->function != LM_FUNCTION_SCHEDULER)
			return code;
	}
	return NULL;
}

/* Where in a lock its list of waiters is, the spinlock of that, and what must be so meanwhile. */
struct lm_layout {
	enum lm_lock_kind kind;
	/* It is a pointer to the first waiter. */
	bool by_first;
	/* The task's address, so many words behind the pointers of the list. */
	int task;
	size_t list;
	size_t spinlock;
	/* A word with some bits set, and others not. */
	size_t word;
	unsigned long mask;
	unsigned long bits;
};

static const struct lm_layout lm_layouts[] = {
#ifdef LM_WAITERS
#ifndef CONFIG_PREEMPT_RT
	/* MUTEX_FLAG_WAITERS */
	{ LM_MUTEX, LM_BY_FIRST, 2, LM_WAITERS(struct mutex), offsetof(struct mutex, wait_lock),
	  offsetof(struct mutex, owner), 1, 1 },
	/* RWSEM_FLAG_WAITERS */
	{ LM_RWSEM, LM_BY_FIRST, 2, LM_WAITERS(struct rw_semaphore),
	  offsetof(struct rw_semaphore, wait_lock), offsetof(struct rw_semaphore, count), 2, 2 },
#endif
	{ LM_SEMAPHORE, LM_BY_FIRST, 2, LM_WAITERS(struct semaphore),
	  offsetof(struct semaphore, lock), offsetof(struct semaphore, count), UINT_MAX, 0 },
#endif
	{ LM_PERCPU_RWSEM, false, -2, offsetof(struct percpu_rw_semaphore, waiters.head),
	  offsetof(struct percpu_rw_semaphore, waiters), 0, 0, 0 },
};

static const struct lm_layout *lm_layout_of(enum lm_function function)
{
	static const enum lm_lock_kind kinds[] = {
		[LM_FUNCTION_MUTEX] = LM_MUTEX,
		[LM_FUNCTION_RWSEM_READ] = LM_RWSEM,
		[LM_FUNCTION_RWSEM_WRITE] = LM_RWSEM,
		[LM_FUNCTION_SEMAPHORE] = LM_SEMAPHORE,
		[LM_FUNCTION_PERCPU_RWSEM] = LM_PERCPU_RWSEM,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lm_layouts); i++)
		if (lm_layouts[i].kind == kinds[function])
			return lm_layouts + i;
	return NULL;
}

static bool lm_points_to(unsigned long from, unsigned long to)
{
	unsigned long there;

	return !copy_from_kernel_nofault(&there, (void *)from, sizeof(there)) && there == to;
}

/* An address of the kernel's, at the place of a pointer. */
static bool lm_may_be_list(unsigned long address)
{
	return (long)address < 0 && !(address % sizeof(long));
}

static bool lm_is_waiter(const unsigned long *words, unsigned long node)
{
	return lm_may_be_list(words[0]) && lm_may_be_list(words[1]) &&
	       lm_points_to(words[0] + offsetof(struct list_head, prev), node) &&
	       lm_points_to(words[1] + offsetof(struct list_head, next), node);
}

/* Of the wait_queue_entry of who waits for a percpu_rwsem: percpu_rwsem_wait(). */
static bool lm_wants_to_read(const unsigned long *node)
{
	size_t back = offsetof(struct wait_queue_entry, entry) / sizeof(long);

	return *(const unsigned int *)(node - back) & WQ_FLAG_CUSTOM;
}

/* It says itself that there is a list. */
static bool lm_has_waiters(const struct lm_layout *layout, unsigned long lock)
{
	unsigned long word;

	return lock && !copy_from_kernel_nofault(&word, (void *)(lock + layout->word),
						 sizeof(word)) &&
	       (word & layout->mask) == layout->bits;
}

/* The only lock of which one of the words is the address, and one of the neighbours the list. */
static unsigned long lm_lock_beside(const struct lm_layout *layout, const unsigned long *words,
				    unsigned int count, const struct lm_wait *wait)
{
	unsigned long ends[] = { wait->next - layout->list, wait->prev - layout->list };
	unsigned long found = 0;
	unsigned int i, end;

	for (i = 0; i < count; i++) {
		for (end = 0; end < ARRAY_SIZE(ends); end++) {
			if (words[i] != ends[end] && words[i] != ends[end] + layout->spinlock)
				continue;
			if (found && found != ends[end])
				return 0;
			found = ends[end];
		}
	}
	return lm_has_waiters(layout, found) ? found : 0;
}

/* The lock to which this word leads, if its first waiter is this one. */
static unsigned long lm_lock_of_first(const struct lm_layout *layout, unsigned long word,
				      unsigned long node)
{
	unsigned long locks[] = { word, word - layout->spinlock };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(locks); i++)
		if (lm_may_be_list(locks[i]) && lm_points_to(locks[i] + layout->list, node) &&
		    lm_has_waiters(layout, locks[i]))
			return locks[i];
	return 0;
}

static const struct lm_code *lm_learnt_of(const struct lm_code *code)
{
	unsigned int i;

	for (i = 0; i < lm_learnt_used; i++)
		if (lm_learnt[i].address == code->address)
			return lm_learnt + i;
	return NULL;
}

/* Of a stack of this module's own each word may be followed. */
static void lm_learn(const struct lm_code *code, const struct lm_layout *layout,
		     const unsigned long *words, unsigned int count, unsigned long node)
{
	unsigned int i;

	for (i = 1; i < count && lm_learnt_used < LM_LEARNT; i++) {
		if (!lm_lock_of_first(layout, words[i], node))
			continue;
		lm_learnt[lm_learnt_used] = *code;
		lm_learnt[lm_learnt_used++].lock_word = i;
		return;
	}
}

static unsigned long lm_stack_pointer(const struct task_struct *task)
{
#ifdef CONFIG_X86_64
	return READ_ONCE(task->thread.sp);
#else
	return thread_saved_sp(task);
#endif
}

bool lm_waits_on_stack(const struct task_struct *task, const struct lm_frames *frames,
		       struct lm_wait *wait)
{
	static unsigned long words[LM_STACK_WORDS];
	const struct lm_code *code = lm_code_that_waits(frames), *learnt;
	unsigned long bottom, end = (unsigned long)task_stack_page(task) + THREAD_SIZE;
	const struct lm_layout *layout;
	unsigned int i, count;

	if (!code || code->function == LM_FUNCTION_OTHER)
		return false;
	layout = lm_layout_of(code->function);
	bottom = lm_stack_pointer(task);
	if (!layout || bottom % sizeof(long) || bottom >= end || end - bottom > THREAD_SIZE)
		return false;
	count = min_t(unsigned long, LM_STACK_SPAN, end - bottom) / sizeof(long);
	if (copy_from_kernel_nofault(words, (void *)bottom, count * sizeof(long)))
		return false;
	for (i = 3; i + 2 < count; i++) {
		unsigned long node = bottom + i * sizeof(long);

		if (words[i + layout->task] != (unsigned long)task ||
		    !lm_is_waiter(words + i, node))
			continue;
		if (wait->node)
			return false;
		wait->node = node;
		wait->next = words[i];
		wait->prev = words[i + 1];
		if (layout->kind == LM_PERCPU_RWSEM)
			wait->read = lm_wants_to_read(words + i);
	}
	if (!wait->node)
		return false;
	wait->kind = layout->kind;
	wait->read |= code->function == LM_FUNCTION_RWSEM_READ;
	if (!layout->by_first) {
		wait->lock = lm_lock_beside(layout, words, count, wait);
		return true;
	}
	if (lm_learns && !lm_learnt_of(code))
		lm_learn(code, layout, words, count, wait->node);
	learnt = lm_learnt_of(code);
	if (!learnt || learnt->lock_word >= count)
		return false;
	wait->lock = lm_lock_of_first(layout, words[learnt->lock_word], wait->node);
	return true;
}

unsigned int lm_waits_stack_ways(void)
{
	unsigned int ways = 0, i;

	for (i = 0; i < ARRAY_SIZE(lm_layouts); i++)
		ways |= BIT(lm_layouts[i].kind);
	return ways;
}

void lm_waits_stack_learn(bool on)
{
	lm_learns = on;
}

#else /* !LM_WAITS_ON_STACK */

unsigned int lm_waits_stack_ways(void)
{
	return 0;
}

void lm_waits_stack_learn(bool on)
{
}

bool lm_waits_on_stack(const struct task_struct *task, const struct lm_frames *frames,
		       struct lm_wait *wait)
{
	return false;
}

#endif
