/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a dump's text into chunks of the ring, record by record, each whole or not at all. */
#ifndef LM_TEXT_H
#define LM_TEXT_H

#include <linux/types.h>

struct lm_text {
	u32 first;
	u32 last;
	/* Chunks put aside, so that what must be written last finds room. */
	u32 reserve;
	bool reserve_open;
	/* Chunks that it may still take beside these. */
	unsigned int left;
	/* Something did not fit; cleared by lm_text_rollback(). */
	bool full;
	/* Bytes that were to be written, whether or not they found room. */
	u64 length;
};

struct lm_text_mark {
	u32 last;
	unsigned int used;
	unsigned int left;
	u64 length;
};

/* At most @most chunks, @reserve of them put aside. 0, or -ENOSPC when these cannot be had. */
int lm_text_begin(struct lm_text *text, unsigned int reserve, unsigned int most);
/* From here on the text may use what was put aside for it. */
void lm_text_open_reserve(struct lm_text *text);
void lm_text_abandon(struct lm_text *text);
/* Joins the two texts; returns the first chunk of the whole. */
u32 lm_text_join(struct lm_text *head, struct lm_text *tail);

/* Bytes that found room. */
size_t lm_text_stored(const struct lm_text *text);

struct lm_text_mark lm_text_mark(const struct lm_text *text);
void lm_text_rollback(struct lm_text *text, struct lm_text_mark mark);

__printf(2, 3) void lm_text_print(struct lm_text *text, const char *format, ...);
/* @bytes in double quotes, with everything escaped that is not printable ASCII. */
void lm_text_quote(struct lm_text *text, const char *bytes, size_t length);

#endif
