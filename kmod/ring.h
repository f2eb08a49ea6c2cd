/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The finished dumps, in memory taken at load time. A dump is a chain of chunks; it never changes
 * once it is in the ring, and it stays as long as somebody reads it, in the ring or not.
 */
#ifndef LM_RING_H
#define LM_RING_H

#include <linux/types.h>
#include <linux/wait.h>

#define LM_CHUNK 4096

struct lm_dump;

/* Readers at the end of the ring wait here for the next dump. */
extern wait_queue_head_t lm_ring_wait;

int lm_ring_init(unsigned int buffer_kb, unsigned int dumps);
void lm_ring_exit(void);

/*
 * A free chunk, numbered from 1; the oldest dumps make way for it. 0 when nothing is left that
 * could: everything is held by readers or by the dump being written.
 */
u32 lm_chunk_take(void);
void lm_chunks_give(u32 first);
char *lm_chunk_bytes(u32 chunk);
u32 lm_chunk_next(u32 chunk);
void lm_chunk_link(u32 chunk, u32 next);
unsigned int lm_chunk_used(u32 chunk);
void lm_chunk_use(u32 chunk, unsigned int used);

/* Takes the chain over, or gives it back and returns -ENOSPC. */
int lm_ring_publish(u64 id, u32 first);
u64 lm_ring_last_id(void);

/* The oldest dump from @id on, pinned, or NULL. */
struct lm_dump *lm_ring_get(u64 id);
void lm_ring_put(struct lm_dump *dump);
u64 lm_dump_id(const struct lm_dump *dump);
u32 lm_dump_first(const struct lm_dump *dump);

#endif
