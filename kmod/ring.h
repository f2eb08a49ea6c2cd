/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The finished dumps, in memory taken at load time. A dump is a chain of chunks; it never changes
 * once it is in the ring, and it stays as long as somebody reads it, in the ring or not. No dump
 * takes more than half of the memory, and the newest one of a crossing stays until another
 * crossing: so what began an incident is still there when somebody comes to look, however long
 * that takes.
 */
#ifndef LM_RING_H
#define LM_RING_H

#include <linux/types.h>

#define LM_CHUNK 4096

struct lm_dump;

int lm_ring_init(unsigned int buffer_kb, unsigned int dumps);
void lm_ring_exit(void);

/* The chunks that one dump may take. */
unsigned int lm_ring_share(void);

/*
 * A free chunk, numbered from 1; the oldest dumps make way for it. 0 when nothing is left that
 * could: everything is held by readers, by the dump of the crossing or by the dump being written.
 */
u32 lm_chunk_take(void);
void lm_chunks_give(u32 first);
char *lm_chunk_bytes(u32 chunk);
u32 lm_chunk_next(u32 chunk);
void lm_chunk_link(u32 chunk, u32 next);
unsigned int lm_chunk_used(u32 chunk);
void lm_chunk_use(u32 chunk, unsigned int used);

/*
 * Takes the chain over and tells the news, or gives it back and returns -ENOSPC. A dump of a
 * @crossing takes the place of the one before that is kept.
 */
int lm_ring_publish(u64 id, u32 first, bool crossing);
u64 lm_ring_last_id(void);

/*
 * The oldest dump from @id on, pinned, or NULL; @next is set to the id of the one that follows it
 * now, or will: behind the dump of a crossing some may have gone long ago.
 */
struct lm_dump *lm_ring_get(u64 id, u64 *next);
void lm_ring_put(struct lm_dump *dump);
u64 lm_dump_id(const struct lm_dump *dump);
u32 lm_dump_first(const struct lm_dump *dump);

#endif
