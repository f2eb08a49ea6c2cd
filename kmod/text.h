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
	/* Something did not fit; cleared by lm_text_rollback(). */
	bool full;
};

struct lm_text_mark {
	u32 last;
	unsigned int used;
};

int lm_text_begin(struct lm_text *text, unsigned int reserve);
/* From here on the text may use what was put aside for it. */
void lm_text_open_reserve(struct lm_text *text);
void lm_text_abandon(struct lm_text *text);
/* Joins the two texts; returns the first chunk of the whole. */
u32 lm_text_join(struct lm_text *head, struct lm_text *tail);

struct lm_text_mark lm_text_mark(const struct lm_text *text);
void lm_text_rollback(struct lm_text *text, struct lm_text_mark mark);

__printf(2, 3) void lm_text_print(struct lm_text *text, const char *format, ...);
/* @bytes in double quotes, with everything escaped that is not printable ASCII. */
void lm_text_quote(struct lm_text *text, const char *bytes, size_t length);

#endif
