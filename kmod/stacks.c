// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "stacks.h"

/*
 * A load of thousands of tasks has tens of different stacks; these bounds are reached by none
 * that was ever seen. 4096 stacks of 16 frames take 0.7 MB.
 */
#define LM_STACKS_MAX 4096
#define LM_FRAMES_MAX (LM_STACKS_MAX * 16)
#define LM_BUCKETS 1024

/* One dump is taken at a time, by one thread: no lock. Number 0 is no stack. */
static struct lm_stack *lm_stacks;
static unsigned long *lm_frames;
static u32 *lm_buckets;
static u32 lm_stacks_used;
static u32 lm_frames_used;

int lm_stacks_init(void)
{
	lm_stacks = vzalloc(array_size(LM_STACKS_MAX + 1, sizeof(*lm_stacks)));
	lm_frames = vzalloc(array_size(LM_FRAMES_MAX, sizeof(*lm_frames)));
	lm_buckets = vzalloc(array_size(LM_BUCKETS, sizeof(*lm_buckets)));
	if (lm_stacks && lm_frames && lm_buckets)
		return 0;
	lm_stacks_exit();
	return -ENOMEM;
}

void lm_stacks_exit(void)
{
	vfree(lm_buckets);
	vfree(lm_frames);
	vfree(lm_stacks);
}

void lm_stacks_clear(void)
{
	lm_stacks_used = 0;
	lm_frames_used = 0;
	memset(lm_buckets, 0, LM_BUCKETS * sizeof(*lm_buckets));
}

static bool lm_stack_same(const struct lm_stack *stack, u32 hash, const unsigned long *frames,
			  unsigned int depth, u64 exact)
{
	return stack->hash == hash && stack->depth == depth && stack->exact == exact &&
	       !memcmp(lm_frames + stack->first, frames, depth * sizeof(*frames));
}

u32 lm_stacks_add(const unsigned long *frames, unsigned int depth, u64 exact)
{
	u32 hash = jhash(frames, depth * sizeof(*frames), (u32)exact ^ (u32)(exact >> 32));
	u32 *bucket = lm_buckets + hash % LM_BUCKETS;
	struct lm_stack *stack;
	u32 id;

	for (id = *bucket; id; id = lm_stacks[id].next)
		if (lm_stack_same(lm_stacks + id, hash, frames, depth, exact))
			return id;
	if (lm_stacks_used == LM_STACKS_MAX || LM_FRAMES_MAX - lm_frames_used < depth)
		return 0;
	id = ++lm_stacks_used;
	stack = lm_stacks + id;
	memset(stack, 0, sizeof(*stack));
	stack->first = lm_frames_used;
	stack->hash = hash;
	stack->depth = depth;
	stack->exact = exact;
	stack->next = *bucket;
	*bucket = id;
	memcpy(lm_frames + lm_frames_used, frames, depth * sizeof(*frames));
	lm_frames_used += depth;
	return id;
}

u32 lm_stacks_count(void)
{
	return lm_stacks_used;
}

struct lm_stack *lm_stacks_get(u32 id)
{
	return lm_stacks + id;
}

const unsigned long *lm_stacks_frames(const struct lm_stack *stack)
{
	return lm_frames + stack->first;
}
