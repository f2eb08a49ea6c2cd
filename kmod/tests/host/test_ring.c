// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* With the sources themselves: free chunks can be counted. */
#include "ring.c"

static unsigned int told;

void lm_news_tell(void)
{
	EXPECT(!lm_ring_lock.held, "nobody is told under the lock");
	told++;
}

static unsigned int count_free(void)
{
	unsigned int count = 0;
	u32 chunk;

	for (chunk = lm_chunk_free; chunk; chunk = lm_chunks[chunk].next) {
		count++;
		EXPECT(count <= lm_ring_chunks, "the list of free chunks has an end");
	}
	return count;
}

static void start(unsigned int buffer_kb, unsigned int dumps)
{
	EXPECT_SAME(lm_ring_init(buffer_kb, dumps), 0);
	EXPECT_SAME(count_free(), buffer_kb / 4);
}

/* A module is loaded once: what it leaves in its variables is nobody's. */
static void stop(void)
{
	lm_ring_exit();
	EXPECT_SAME(host_allocated, 0);
	INIT_LIST_HEAD(&lm_ring_dumps);
	INIT_LIST_HEAD(&lm_ring_free);
	lm_ring_crossing = NULL;
	lm_ring_used = 0;
}

/* A chain of so many chunks, full of one byte; 0 when there are no more: what there was is back. */
static u32 write_chain(unsigned int chunks, char byte)
{
	u32 first = 0, chunk;

	while (chunks--) {
		chunk = lm_chunk_take();
		if (!chunk) {
			lm_chunks_give(first);
			return 0;
		}
		EXPECT_SAME(lm_chunk_used(chunk), 0);
		EXPECT_SAME(lm_chunk_next(chunk), 0);
		memset(lm_chunk_bytes(chunk), byte, LM_CHUNK);
		lm_chunk_use(chunk, LM_CHUNK);
		lm_chunk_link(chunk, first);
		first = chunk;
	}
	return first;
}

static unsigned int read_chain(u32 first, char byte)
{
	unsigned int chunks = 0;
	size_t i;

	for (; first; first = lm_chunk_next(first)) {
		chunks++;
		EXPECT_SAME(lm_chunk_used(first), LM_CHUNK);
		for (i = 0; i < LM_CHUNK; i += 512)
			EXPECT_SAME(lm_chunk_bytes(first)[i], byte);
		EXPECT_SAME(lm_chunk_bytes(first)[LM_CHUNK - 1], byte);
	}
	return chunks;
}

static void publish(u64 id, unsigned int chunks, bool crossing)
{
	u32 first = write_chain(chunks, (char)id);

	EXPECT(first, "room for dump %llu", id);
	EXPECT_SAME(lm_ring_publish(id, first, crossing), 0);
}

/* The ids in the ring, from the oldest on, each followed by a space. */
static const char *ring_ids(void)
{
	static char ids[1024];
	char *end = ids;
	u64 id = 0, next;
	struct lm_dump *dump;

	*end = '\0';
	while ((dump = lm_ring_get(id, &next))) {
		EXPECT(lm_dump_id(dump) >= id, "ids go up");
		end += sprintf(end, "%llu ", lm_dump_id(dump));
		EXPECT(next > lm_dump_id(dump), "the next one is another one");
		lm_ring_put(dump);
		id = next;
	}
	return ids;
}

static void the_oldest_dump_makes_way(void)
{
	start(64, 3);
	publish(1, 1, false);
	publish(2, 1, false);
	publish(3, 1, false);
	EXPECT_TEXT(ring_ids(), "1 2 3 ");
	publish(4, 1, false);
	EXPECT_TEXT(ring_ids(), "2 3 4 ");
	EXPECT_SAME(count_free(), 13);
	EXPECT_SAME(lm_ring_last_id(), 4);
	EXPECT_SAME(told, 4);
}

static void dumps_make_way_for_chunks(void)
{
	u32 first;

	start(64, 8);
	publish(1, 6, false);
	publish(2, 6, false);
	first = write_chain(4, 'x');
	EXPECT_TEXT(ring_ids(), "1 2 ");
	lm_chunks_give(first);
	first = write_chain(5, 'x');
	EXPECT_TEXT(ring_ids(), "2 ");
	lm_chunks_give(first);
	EXPECT_SAME(count_free(), 10);
}

static void one_dump_takes_half_at_most(void)
{
	start(4096, 8);
	EXPECT_SAME(lm_ring_share(), 512);
	stop();
	start(64, 8);
	EXPECT_SAME(lm_ring_share(), 8);
}

static void the_dump_of_a_crossing_stays_until_another(void)
{
	u64 id;

	start(64, 3);
	publish(1, 2, true);
	for (id = 2; id < 30; id++)
		publish(id, 5, false);
	EXPECT_TEXT(ring_ids(), "1 28 29 ");
	publish(30, 1, true);
	EXPECT_TEXT(ring_ids(), "28 29 30 ");
	for (; id < 40; id++)
		publish(id + 1, 7, false);
	EXPECT_TEXT(ring_ids(), "30 39 40 ");
	EXPECT_SAME(count_free(), 16 - 1 - 7 - 7);
}

static void nothing_is_left_when_readers_hold_all(void)
{
	struct lm_dump *first, *second;
	u64 next;

	start(64, 8);
	publish(1, 8, false);
	publish(2, 8, false);
	first = lm_ring_get(0, &next);
	EXPECT_SAME(next, 2);
	second = lm_ring_get(next, &next);
	EXPECT_SAME(next, 3);
	EXPECT_SAME(lm_chunk_take(), 0);
	/* They have left the ring, but are still what they were. */
	EXPECT_TEXT(ring_ids(), "");
	EXPECT_SAME(read_chain(lm_dump_first(first), 1), 8);
	lm_ring_put(first);
	EXPECT_SAME(count_free(), 8);
	EXPECT_SAME(read_chain(lm_dump_first(second), 2), 8);
	publish(3, 8, false);
	EXPECT_TEXT(ring_ids(), "3 ");
	lm_ring_put(second);
	EXPECT_SAME(count_free(), 8);
}

/* Each reader another dump: when no descriptor is left, a dump is lost, and its memory is not. */
static void more_readers_than_descriptors_lose_a_dump(void)
{
	struct lm_dump *held[LM_PINNED_MAX + 2];
	unsigned int count, i;
	u64 next;
	u32 chain;

	start(1024, 2);
	for (count = 0; count < ARRAY_SIZE(held); count++) {
		publish(count + 1, 1, false);
		held[count] = lm_ring_get(count + 1, &next);
		EXPECT(held[count], "dump %u", count + 1);
	}
	chain = write_chain(3, 'x');
	i = count_free();
	EXPECT_SAME(lm_ring_publish(count + 1, chain, false), -ENOSPC);
	EXPECT_SAME(count_free(), i + 3);
	EXPECT_SAME(told, count);
	for (i = 0; i < count; i++) {
		EXPECT_SAME(read_chain(lm_dump_first(held[i]), i + 1), 1);
		lm_ring_put(held[i]);
	}
	publish(count + 1, 1, false);
	EXPECT_SAME(lm_ring_last_id(), count + 1);
}

static void says_which_dump_follows(void)
{
	struct lm_dump *dump;
	u64 next = 0;

	start(64, 3);
	EXPECT(!lm_ring_get(0, &next), "no dump in an empty ring");
	publish(1, 1, true);
	publish(5, 1, false);
	dump = lm_ring_get(0, &next);
	EXPECT_SAME(next, 5);
	lm_ring_put(dump);
	dump = lm_ring_get(2, &next);
	EXPECT_SAME(lm_dump_id(dump), 5);
	EXPECT_SAME(next, 6);
	lm_ring_put(dump);
	EXPECT(!lm_ring_get(6, &next), "no dump yet");
}

static void the_ring_leaves_nothing_when_memory_is_refused(void)
{
	unsigned int refused;

	for (refused = 1; refused <= 3; refused++) {
		host_refuse = refused;
		host_try("allocation %u is refused", refused);
		EXPECT_SAME(lm_ring_init(64, 3), -ENOMEM);
		EXPECT_SAME(host_allocated, 0);
	}
	host_refuse = 0;
	start(64, 3);
	stop();
}

/*
 * Random calls against a model: which dumps are in the ring, which are held, and how many chunks
 * these have together with those in the writer's hands.
 */

struct model_dump {
	u64 id;
	unsigned int chunks;
	bool in_ring;
	struct lm_dump *reader[3];
};

static struct model_dump model[4096];
static unsigned int model_count;
static u64 model_crossing;

static bool model_held(const struct model_dump *dump)
{
	return dump->reader[0] || dump->reader[1] || dump->reader[2];
}

static unsigned int model_free(unsigned int in_hand)
{
	unsigned int used = in_hand, i;

	for (i = 0; i < model_count; i++)
		if (model[i].in_ring || model_held(model + i))
			used += model[i].chunks;
	EXPECT(used <= lm_ring_chunks, "no more chunks than there are");
	return lm_ring_chunks - used;
}

static unsigned int model_in_ring(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < model_count; i++)
		count += model[i].in_ring;
	return count;
}

/* Held by readers alone. */
static unsigned int model_pinned(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < model_count; i++)
		count += !model[i].in_ring && model_held(model + i);
	return count;
}

static bool model_evict(void)
{
	unsigned int i;

	for (i = 0; i < model_count; i++) {
		if (model[i].in_ring && model[i].id != model_crossing) {
			model[i].in_ring = false;
			return true;
		}
	}
	return false;
}

static void model_compare(void)
{
	char ids[1024], *end = ids;
	unsigned int i;

	*end = '\0';
	for (i = 0; i < model_count; i++)
		if (model[i].in_ring)
			end += sprintf(end, "%llu ", model[i].id);
	EXPECT_TEXT(ring_ids(), ids);
	EXPECT_SAME(count_free(), model_free(0));
}

static void model_publish(unsigned int dumps)
{
	unsigned int wanted = 1 + host_below(lm_ring_share()), got;
	bool crossing = host_chance(6);
	struct model_dump *dump = model + model_count;
	u32 first = 0, chunk;

	host_try("dump %u of %u chunks%s", model_count + 1, wanted, crossing ? ", a crossing" : "");
	for (got = 0; got < wanted; got++) {
		while (!model_free(got) && model_evict())
			;
		chunk = lm_chunk_take();
		EXPECT_SAME(!chunk, !model_free(got));
		if (!chunk)
			break;
		memset(lm_chunk_bytes(chunk), (char)(model_count + 1), LM_CHUNK);
		lm_chunk_use(chunk, LM_CHUNK);
		lm_chunk_link(chunk, first);
		first = chunk;
	}
	if (!got)
		return;
	if (host_chance(5)) {
		lm_chunks_give(first);
		return;
	}
	dump->id = model_count + 1;
	dump->chunks = got;
	if (crossing)
		model_crossing = 0;
	while (model_in_ring() == dumps ||
	       model_in_ring() + model_pinned() == dumps + LM_PINNED_MAX)
		if (!model_evict())
			break;
	if (model_in_ring() + model_pinned() == dumps + LM_PINNED_MAX) {
		EXPECT_SAME(lm_ring_publish(dump->id, first, crossing), -ENOSPC);
		return;
	}
	EXPECT_SAME(lm_ring_publish(dump->id, first, crossing), 0);
	model_count++;
	dump->in_ring = true;
	if (crossing)
		model_crossing = dump->id;
	EXPECT_SAME(lm_ring_last_id(), dump->id);
}

static void model_read(void)
{
	unsigned int from = host_below(model_count + 1), i;
	struct model_dump *expected = NULL;
	struct lm_dump *dump;
	u64 next = 0;

	if (host_chance(2) && from > 50)
		from = model_count - host_below(50);
	host_try("a reader from dump %u on", from);
	for (i = 0; i < model_count && !expected; i++)
		if (model[i].in_ring && model[i].id >= from)
			expected = model + i;
	dump = lm_ring_get(from, &next);
	EXPECT_SAME(!dump, !expected);
	if (!dump)
		return;
	EXPECT_SAME(lm_dump_id(dump), expected->id);
	for (i = 0; i < ARRAY_SIZE(expected->reader); i++) {
		if (!expected->reader[i]) {
			expected->reader[i] = dump;
			return;
		}
	}
	lm_ring_put(dump);
}

static void model_close(struct model_dump *dump)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dump->reader); i++) {
		if (!dump->reader[i])
			continue;
		host_try("a reader of dump %llu closes", dump->id);
		EXPECT_SAME(read_chain(lm_dump_first(dump->reader[i]), (char)dump->id),
			    dump->chunks);
		lm_ring_put(dump->reader[i]);
		dump->reader[i] = NULL;
	}
}

static void counts_every_chunk_whatever_happens(void)
{
	unsigned int round, step, i;
	unsigned int dumps;

	for (round = 0; round < 30; round++) {
		dumps = 2 + host_below(6);
		start(64 + 4 * host_below(100), dumps);
		model_count = 0;
		model_crossing = 0;
		memset(model, 0, sizeof(model));
		for (step = 0; step < 600; step++) {
			if (host_chance(3))
				model_publish(dumps);
			else if (host_chance(3))
				model_read();
			else if (model_count)
				model_close(model + host_below(model_count));
			model_compare();
		}
		for (i = 0; i < model_count; i++)
			model_close(model + i);
		model_compare();
		/* With another crossing nothing stays. */
		lm_ring_crossing = NULL;
		while (lm_ring_evict_locked())
			;
		EXPECT_SAME(count_free(), lm_ring_chunks);
		stop();
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(the_oldest_dump_makes_way),
	HOST_TEST(dumps_make_way_for_chunks),
	HOST_TEST(one_dump_takes_half_at_most),
	HOST_TEST(the_dump_of_a_crossing_stays_until_another),
	HOST_TEST(nothing_is_left_when_readers_hold_all),
	HOST_TEST(more_readers_than_descriptors_lose_a_dump),
	HOST_TEST(says_which_dump_follows),
	HOST_TEST(the_ring_leaves_nothing_when_memory_is_refused),
	HOST_TEST(counts_every_chunk_whatever_happens),
	{ }
};
