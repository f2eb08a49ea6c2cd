// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* With the ring's source itself: free chunks can be counted. */
#include "ring.c"
#include "text.h"

#define TEXT_MAX (256 * LM_CHUNK)

static char stored[TEXT_MAX + 1];
static char expected[TEXT_MAX + 1];

void lm_news_tell(void)
{
}

static unsigned int count_free(void)
{
	unsigned int count = 0;
	u32 chunk;

	for (chunk = lm_chunk_free; chunk; chunk = lm_chunks[chunk].next)
		count++;
	return count;
}

static void start(unsigned int chunks)
{
	EXPECT_SAME(lm_ring_init(chunks * LM_CHUNK / 1024, 4), 0);
}

/* What is in the chain, with a NUL behind; all but its last chunk are full. */
static const char *read_from(u32 first)
{
	size_t length = 0;

	for (; first; first = lm_chunk_next(first)) {
		EXPECT(lm_chunk_used(first) && lm_chunk_used(first) <= LM_CHUNK,
		       "a chunk has something in it");
		memcpy(stored + length, lm_chunk_bytes(first), lm_chunk_used(first));
		length += lm_chunk_used(first);
	}
	stored[length] = '\0';
	return stored;
}

static const char *quoted(const char *bytes, size_t length)
{
	struct lm_text text;

	EXPECT_SAME(lm_text_begin(&text, 0, 8), 0);
	lm_text_quote(&text, bytes, length);
	read_from(text.first);
	EXPECT_SAME(lm_text_stored(&text), strlen(stored));
	lm_text_abandon(&text);
	return stored;
}

static void escapes_what_could_forge_a_line(void)
{
	start(16);
	EXPECT_TEXT(quoted("", 0), "\"\"");
	EXPECT_TEXT(quoted("kworker/0:1", 11), "\"kworker/0:1\"");
	EXPECT_TEXT(quoted("a\ntask pid=1", 12), "\"a\\ntask pid=1\"");
	EXPECT_TEXT(quoted("\" stack=9 \\", 11), "\"\\\" stack=9 \\\\\"");
	EXPECT_TEXT(quoted("\r\t\x1b[2J\x7f\x80\xff", 9), "\"\\x0d\\x09\\x1b[2J\\x7f\\x80\\xff\"");
	EXPECT_TEXT(quoted("a\0b", 3), "\"a\\x00b\"");
	EXPECT_TEXT(quoted(" ~", 2), "\" ~\"");
	EXPECT_SAME(count_free(), 16);
}

static int digit_value(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* Any bytes come back from their quotes, and between these is nothing but printable ASCII. */
static void quotes_can_be_read_back(void)
{
	char bytes[64], back[64];
	size_t length, got, i;
	const char *text;
	unsigned int round;

	start(16);
	for (round = 0; round < 20000; round++) {
		length = host_below(sizeof(bytes));
		for (i = 0; i < length; i++)
			bytes[i] = host_chance(3) ? "\n\"\\x0"[host_below(5)] : (char)host_random();
		text = quoted(bytes, length);
		EXPECT(text[0] == '"', "a quote in front");
		got = 0;
		for (i = 1; text[i] && text[i] != '"'; i++) {
			EXPECT(text[i] >= ' ' && text[i] <= '~', "printable");
			if (text[i] != '\\') {
				back[got++] = text[i];
				continue;
			}
			switch (text[++i]) {
			case 'n':
				back[got++] = '\n';
				break;
			case 'x':
				back[got++] = digit_value(text[i + 1]) * 16 +
					      digit_value(text[i + 2]);
				i += 2;
				break;
			default:
				EXPECT(text[i] == '"' || text[i] == '\\', "no other escape");
				back[got++] = text[i];
			}
		}
		EXPECT_TEXT(text + i, "\"");
		EXPECT_SAME(got, length);
		EXPECT(!memcmp(back, bytes, length), "the same bytes");
	}
}

static void a_text_takes_no_more_than_it_may(void)
{
	struct lm_text text;
	unsigned int i;

	start(32);
	EXPECT_SAME(lm_text_begin(&text, 2, 5), 0);
	EXPECT_SAME(count_free(), 30);
	for (i = 0; i < 10 * LM_CHUNK / 8; i++)
		lm_text_print(&text, "%07u\n", i);
	EXPECT(text.full, "it is full");
	EXPECT_SAME(count_free(), 27);
	EXPECT_SAME(lm_text_stored(&text), 3 * LM_CHUNK);
	EXPECT_SAME(text.length, 10 * LM_CHUNK);
	/* What was put aside is there for the end. */
	lm_text_open_reserve(&text);
	lm_text_print(&text, "lost: it is full");
	EXPECT_SAME(lm_text_stored(&text), 3 * LM_CHUNK);
	text.full = false;
	for (i = 0; i < 3 * LM_CHUNK / 8; i++)
		lm_text_print(&text, "%07u\n", i);
	EXPECT(text.full, "it is full again");
	EXPECT_SAME(lm_text_stored(&text), 5 * LM_CHUNK);
	lm_text_abandon(&text);
	EXPECT_SAME(count_free(), 32);
}

static void begins_with_its_reserve_or_not_at_all(void)
{
	struct lm_text first, second;

	start(16);
	EXPECT_SAME(lm_text_begin(&first, 12, 12), 0);
	EXPECT_SAME(lm_text_begin(&second, 5, 8), -ENOSPC);
	EXPECT_SAME(count_free(), 4);
	EXPECT_SAME(lm_text_begin(&second, 4, 8), 0);
	EXPECT_SAME(count_free(), 0);
	lm_text_abandon(&second);
	lm_text_abandon(&first);
	EXPECT_SAME(count_free(), 16);
}

static void two_texts_become_one(void)
{
	struct lm_text head, tail;
	u32 first;

	start(16);
	EXPECT_SAME(lm_text_begin(&head, 4, 4), 0);
	EXPECT_SAME(lm_text_begin(&tail, 1, 4), 0);
	lm_text_print(&tail, "body %d\n", 2);
	lm_text_open_reserve(&head);
	lm_text_print(&head, "header\n");
	first = lm_text_join(&head, &tail);
	EXPECT_TEXT(read_from(first), "header\nbody 2\n");
	/* What was put aside and not used is free again. */
	EXPECT_SAME(count_free(), 14);
	lm_chunks_give(first);
	EXPECT_SAME(count_free(), 16);
}

static void a_long_line_is_cut_and_not_lost(void)
{
	struct lm_text text;
	char line[2000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	start(16);
	EXPECT_SAME(lm_text_begin(&text, 0, 4), 0);
	lm_text_print(&text, "%s", line);
	EXPECT_SAME(lm_text_stored(&text), 1023);
}

/* What was taken back may be written again, as often as that. */
static void a_text_can_be_taken_back_for_ever(void)
{
	struct lm_text_mark mark;
	struct lm_text text;
	unsigned int i, part;

	start(16);
	EXPECT_SAME(lm_text_begin(&text, 0, 3), 0);
	lm_text_print(&text, "%01000d", 0);
	for (i = 0; i < 100; i++) {
		mark = lm_text_mark(&text);
		for (part = 0; part < 11; part++)
			lm_text_print(&text, "%01000d", i);
		EXPECT(!text.full, "12,000 bytes find room the %u-th time", i);
		lm_text_rollback(&text, mark);
		EXPECT_SAME(lm_text_stored(&text), 1000);
		EXPECT_SAME(count_free(), 15);
	}
	lm_text_abandon(&text);
	EXPECT_SAME(count_free(), 16);
}

/*
 * Records of random size, each kept whole or taken out again as a whole, by choice or because it
 * found no room; a second text and readers take the memory in between.
 */
static void records_are_whole_or_not_there(void)
{
	unsigned int round, record, part, parts, left, chunks;
	struct lm_text text, other;
	struct lm_text_mark mark;
	size_t length, kept;
	char piece[300];
	u64 before;
	u32 first;

	for (round = 0; round < 400; round++) {
		chunks = 4 + host_below(60);
		start(chunks);
		left = host_below(chunks);
		EXPECT_SAME(lm_text_begin(&other, left, left), 0);
		kept = 0;
		EXPECT_SAME(lm_text_begin(&text, 0, chunks / 2), 0);
		for (record = 0; record < 300; record++) {
			host_try("round %u, record %u", round, record);
			if (host_chance(20)) {
				lm_text_abandon(&other);
				left = host_below(count_free() + 1);
				EXPECT_SAME(lm_text_begin(&other, left, left), 0);
			}
			mark = lm_text_mark(&text);
			before = text.length;
			length = kept;
			parts = 1 + host_below(host_chance(10) ? 60 : 4);
			for (part = 0; part < parts; part++) {
				memset(piece, 'a' + host_below(26), sizeof(piece));
				piece[host_below(sizeof(piece))] = '\0';
				lm_text_print(&text, "%s", piece);
				length += sprintf(expected + length, "%s", piece);
			}
			EXPECT_SAME(text.length - before, length - kept);
			if (text.full || host_chance(4)) {
				lm_text_rollback(&text, mark);
				EXPECT_SAME(text.length, before);
				expected[kept] = '\0';
			} else {
				kept = length;
			}
			EXPECT(!text.full, "there is room again, or never was a lack of it");
			EXPECT_SAME(lm_text_stored(&text), kept);
			EXPECT_SAME(chunks, count_free() + left + (kept + LM_CHUNK - 1) / LM_CHUNK);
		}
		EXPECT_TEXT(read_from(text.first), expected);
		lm_text_abandon(&other);
		if (kept) {
			EXPECT_SAME(lm_text_begin(&other, 0, 1), 0);
			lm_text_print(&other, "end");
			first = lm_text_join(&text, &other);
			memcpy(expected + kept, "end", sizeof("end"));
			EXPECT_TEXT(read_from(first), expected);
			EXPECT_SAME(lm_ring_publish(round, first, false), 0);
			while (lm_ring_evict_locked())
				;
		} else {
			lm_text_abandon(&text);
		}
		EXPECT_SAME(count_free(), chunks);
		lm_ring_exit();
		INIT_LIST_HEAD(&lm_ring_free);
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(escapes_what_could_forge_a_line),
	HOST_TEST(quotes_can_be_read_back),
	HOST_TEST(a_text_takes_no_more_than_it_may),
	HOST_TEST(begins_with_its_reserve_or_not_at_all),
	HOST_TEST(two_texts_become_one),
	HOST_TEST(a_long_line_is_cut_and_not_lost),
	HOST_TEST(a_text_can_be_taken_back_for_ever),
	HOST_TEST(records_are_whole_or_not_there),
	{ }
};
