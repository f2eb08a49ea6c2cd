// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "ring.h"
#include "text.h"

/* The longest thing printed in one call is a symbol with its module: under 700 bytes. */
#define LM_PRINT_MAX 1024

int lm_text_begin(struct lm_text *text, unsigned int reserve, unsigned int most)
{
	u32 chunk;

	memset(text, 0, sizeof(*text));
	text->left = most - reserve;
	while (reserve--) {
		chunk = lm_chunk_take();
		if (!chunk) {
			lm_text_abandon(text);
			return -ENOSPC;
		}
		lm_chunk_link(chunk, text->reserve);
		text->reserve = chunk;
	}
	return 0;
}

void lm_text_open_reserve(struct lm_text *text)
{
	text->reserve_open = true;
}

void lm_text_abandon(struct lm_text *text)
{
	lm_chunks_give(text->first);
	lm_chunks_give(text->reserve);
	memset(text, 0, sizeof(*text));
}

u32 lm_text_join(struct lm_text *head, struct lm_text *tail)
{
	lm_chunks_give(head->reserve);
	lm_chunks_give(tail->reserve);
	lm_chunk_link(head->last, tail->first);
	return head->first;
}

size_t lm_text_stored(const struct lm_text *text)
{
	size_t stored = 0;
	u32 chunk;

	for (chunk = text->first; chunk; chunk = lm_chunk_next(chunk))
		stored += lm_chunk_used(chunk);
	return stored;
}

struct lm_text_mark lm_text_mark(const struct lm_text *text)
{
	struct lm_text_mark mark = {
		.last = text->last,
		.left = text->left,
		.length = text->length,
	};

	if (mark.last)
		mark.used = lm_chunk_used(mark.last);
	return mark;
}

void lm_text_rollback(struct lm_text *text, struct lm_text_mark mark)
{
	text->full = false;
	text->last = mark.last;
	text->left = mark.left;
	text->length = mark.length;
	if (!mark.last) {
		lm_chunks_give(text->first);
		text->first = 0;
		return;
	}
	lm_chunks_give(lm_chunk_next(mark.last));
	lm_chunk_link(mark.last, 0);
	lm_chunk_use(mark.last, mark.used);
}

static bool lm_text_grow(struct lm_text *text)
{
	u32 chunk = text->reserve_open ? text->reserve : 0;

	if (chunk) {
		text->reserve = lm_chunk_next(chunk);
		lm_chunk_link(chunk, 0);
	} else if (text->left) {
		chunk = lm_chunk_take();
		text->left -= !!chunk;
	}
	if (!chunk) {
		text->full = true;
		return false;
	}
	if (text->last)
		lm_chunk_link(text->last, chunk);
	else
		text->first = chunk;
	text->last = chunk;
	return true;
}

static void lm_text_put(struct lm_text *text, const char *bytes, size_t length)
{
	unsigned int used, part;

	text->length += length;
	while (length && !text->full) {
		if (!text->last || lm_chunk_used(text->last) == LM_CHUNK)
			if (!lm_text_grow(text))
				return;
		used = lm_chunk_used(text->last);
		part = min_t(size_t, length, LM_CHUNK - used);
		memcpy(lm_chunk_bytes(text->last) + used, bytes, part);
		lm_chunk_use(text->last, used + part);
		bytes += part;
		length -= part;
	}
}

void lm_text_print(struct lm_text *text, const char *format, ...)
{
	/* One dump is written at a time, by one thread; its stack is better left alone. */
	static char line[LM_PRINT_MAX];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vscnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	lm_text_put(text, line, length);
}

void lm_text_quote(struct lm_text *text, const char *bytes, size_t length)
{
	char escaped[5];
	size_t i;

	lm_text_put(text, "\"", 1);
	for (i = 0; i < length; i++) {
		unsigned char byte = bytes[i];

		if (byte == '\n')
			lm_text_put(text, "\\n", 2);
		else if (byte == '"' || byte == '\\')
			lm_text_put(text, (char[]){ '\\', byte }, 2);
		else if (byte >= 0x20 && byte < 0x7f)
			lm_text_put(text, bytes + i, 1);
		else
			lm_text_put(text, escaped,
				    scnprintf(escaped, sizeof(escaped), "\\x%02x", byte));
	}
	lm_text_put(text, "\"", 1);
}
