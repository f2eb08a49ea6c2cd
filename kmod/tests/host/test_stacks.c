// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "stacks.h"

/* What stacks.c has room for. */
#define STACKS_MAX 4096
#define FRAMES_MAX (STACKS_MAX * 16)
#define DEPTH_MAX 64

struct known {
	unsigned long frames[DEPTH_MAX];
	unsigned int depth;
	u64 exact;
};

static struct known known[STACKS_MAX];
static unsigned int known_count;
static unsigned int known_frames;

static u32 find(const struct known *stack)
{
	unsigned int i;

	for (i = 0; i < known_count; i++)
		if (known[i].depth == stack->depth && known[i].exact == stack->exact &&
		    !memcmp(known[i].frames, stack->frames, stack->depth * sizeof(long)))
			return i + 1;
	return 0;
}

static void check(u32 id)
{
	const struct lm_stack *stack = lm_stacks_get(id);

	EXPECT_SAME(stack->depth, known[id - 1].depth);
	EXPECT_SAME(stack->exact, known[id - 1].exact);
	EXPECT(!memcmp(lm_stacks_frames(stack), known[id - 1].frames, stack->depth * sizeof(long)),
	       "the frames of stack %u", id);
	EXPECT_SAME(stack->tasks, 0);
	EXPECT_SAME(stack->first_task, 0);
}

static void add(const struct known *stack)
{
	u32 id = find(stack);
	bool room = known_count < STACKS_MAX && known_frames + stack->depth <= FRAMES_MAX;

	host_try("a stack of %u frames, with %u stacks and %u frames there", stack->depth,
		 known_count, known_frames);
	if (!id && room) {
		known[known_count++] = *stack;
		known_frames += stack->depth;
		id = known_count;
	}
	EXPECT_SAME(lm_stacks_add(stack->frames, stack->depth, stack->exact), id);
	EXPECT_SAME(lm_stacks_count(), known_count);
	if (id)
		check(id);
}

/* Few functions, so that stacks have much in common. */
static void fill(struct known *stack, unsigned int depth, unsigned int functions)
{
	unsigned int i;

	memset(stack, 0, sizeof(*stack));
	stack->depth = depth;
	for (i = 0; i < depth; i++)
		stack->frames[i] = 0xffffffff81000000UL + host_below(functions) * 16;
	if (host_chance(4))
		stack->exact = host_chance(2) ? 1ULL << 63 : 1ULL << host_below(depth);
}

static void clear(void)
{
	lm_stacks_clear();
	known_count = 0;
	known_frames = 0;
}

static void keeps_each_stack_once(void)
{
	unsigned int dump, i, count;
	struct known stack;

	EXPECT_SAME(lm_stacks_init(), 0);
	for (dump = 0; dump < 10; dump++) {
		clear();
		count = host_below(3000);
		for (i = 0; i < count; i++) {
			fill(&stack, 1 + host_below(4), 2 + host_below(3));
			add(&stack);
			if (known_count && host_chance(2))
				add(&known[host_below(known_count)]);
		}
		for (i = 1; i <= known_count; i++)
			check(i);
	}
	lm_stacks_exit();
	EXPECT_SAME(host_allocated, 0);
}

static void says_when_there_is_no_room_for_another_stack(void)
{
	struct known stack = { .depth = 1 };
	unsigned int i;

	EXPECT_SAME(lm_stacks_init(), 0);
	clear();
	for (i = 0; i < STACKS_MAX + 10; i++) {
		stack.frames[0] = i;
		add(&stack);
	}
	EXPECT_SAME(known_count, STACKS_MAX);
	stack.frames[0] = 17;
	add(&stack);
	clear();
	add(&stack);
}

static void says_when_there_is_no_room_for_its_frames(void)
{
	struct known stack;
	unsigned int i;

	EXPECT_SAME(lm_stacks_init(), 0);
	clear();
	for (i = 0; i < FRAMES_MAX / DEPTH_MAX - 1; i++) {
		fill(&stack, DEPTH_MAX, 1000000);
		add(&stack);
	}
	EXPECT_SAME(known_frames, FRAMES_MAX - DEPTH_MAX);
	fill(&stack, DEPTH_MAX - 1, 1000000);
	add(&stack);
	fill(&stack, 2, 1000000);
	add(&stack);
	fill(&stack, 1, 1000000);
	add(&stack);
	EXPECT_SAME(known_frames, FRAMES_MAX);
	fill(&stack, 1, 1000000);
	add(&stack);
	EXPECT_SAME(find(&stack), 0);
}

static void the_stacks_leave_nothing_when_memory_is_refused(void)
{
	unsigned int refused;

	for (refused = 1; refused <= 3; refused++) {
		host_refuse = refused;
		host_try("allocation %u is refused", refused);
		EXPECT_SAME(lm_stacks_init(), -ENOMEM);
		EXPECT_SAME(host_allocated, 0);
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(keeps_each_stack_once),
	HOST_TEST(says_when_there_is_no_room_for_another_stack),
	HOST_TEST(says_when_there_is_no_room_for_its_frames),
	HOST_TEST(the_stacks_leave_nothing_when_memory_is_refused),
	{ }
};
