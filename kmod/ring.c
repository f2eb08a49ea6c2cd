// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "news.h"
#include "ring.h"

/* Dumps that fell out of the ring while somebody reads them: more readers than this is no use. */
#define LM_PINNED_MAX 32

struct lm_dump {
	struct kref ref;
	/* In lm_ring_dumps or lm_ring_free. */
	struct list_head node;
	u64 id;
	u32 first;
};

struct lm_chunk {
	u32 next;
	u32 used;
};

static char *lm_ring_memory;
static struct lm_chunk *lm_chunks;
static struct lm_dump *lm_ring_descriptors;

/* Guards everything below. Taken in process context only and never for longer than a list walk. */
static DEFINE_SPINLOCK(lm_ring_lock);
static LIST_HEAD(lm_ring_dumps);
static LIST_HEAD(lm_ring_free);
static unsigned int lm_ring_size;
static unsigned int lm_ring_used;
/* The newest dump of a crossing, in the ring, or NULL. */
static struct lm_dump *lm_ring_crossing;
static u32 lm_chunk_free;
static u64 lm_ring_newest;

/* Set once. */
static unsigned int lm_ring_chunks;

static void lm_chunks_give_locked(u32 first)
{
	u32 next;

	for (; first; first = next) {
		next = lm_chunks[first].next;
		lm_chunks[first].next = lm_chunk_free;
		lm_chunk_free = first;
	}
}

static void lm_dump_release(struct kref *ref)
{
	struct lm_dump *dump = container_of(ref, struct lm_dump, ref);

	lm_chunks_give_locked(dump->first);
	list_add(&dump->node, &lm_ring_free);
}

/* Returns false when there is none that may go. */
static bool lm_ring_evict_locked(void)
{
	struct lm_dump *oldest;

	list_for_each_entry(oldest, &lm_ring_dumps, node) {
		if (oldest == lm_ring_crossing)
			continue;
		list_del_init(&oldest->node);
		lm_ring_used--;
		kref_put(&oldest->ref, lm_dump_release);
		return true;
	}
	return false;
}

unsigned int lm_ring_share(void)
{
	return lm_ring_chunks / 2;
}

u32 lm_chunk_take(void)
{
	u32 chunk;

	spin_lock(&lm_ring_lock);
	while (!lm_chunk_free && lm_ring_evict_locked())
		;
	chunk = lm_chunk_free;
	if (chunk) {
		lm_chunk_free = lm_chunks[chunk].next;
		lm_chunks[chunk].next = 0;
		lm_chunks[chunk].used = 0;
	}
	spin_unlock(&lm_ring_lock);
	return chunk;
}

void lm_chunks_give(u32 first)
{
	spin_lock(&lm_ring_lock);
	lm_chunks_give_locked(first);
	spin_unlock(&lm_ring_lock);
}

/* A chunk belongs to one writer, then to readers of a dump that no longer changes: no lock. */
char *lm_chunk_bytes(u32 chunk)
{
	return lm_ring_memory + (size_t)(chunk - 1) * LM_CHUNK;
}

u32 lm_chunk_next(u32 chunk)
{
	return lm_chunks[chunk].next;
}

void lm_chunk_link(u32 chunk, u32 next)
{
	lm_chunks[chunk].next = next;
}

unsigned int lm_chunk_used(u32 chunk)
{
	return lm_chunks[chunk].used;
}

void lm_chunk_use(u32 chunk, unsigned int used)
{
	lm_chunks[chunk].used = used;
}

int lm_ring_publish(u64 id, u32 first, bool crossing)
{
	struct lm_dump *dump;

	spin_lock(&lm_ring_lock);
	if (crossing)
		lm_ring_crossing = NULL;
	while (lm_ring_used == lm_ring_size || list_empty(&lm_ring_free))
		if (!lm_ring_evict_locked())
			break;
	dump = list_first_entry_or_null(&lm_ring_free, struct lm_dump, node);
	if (!dump) {
		lm_chunks_give_locked(first);
		spin_unlock(&lm_ring_lock);
		return -ENOSPC;
	}
	kref_init(&dump->ref);
	dump->id = id;
	dump->first = first;
	list_move_tail(&dump->node, &lm_ring_dumps);
	lm_ring_used++;
	lm_ring_newest = id;
	if (crossing)
		lm_ring_crossing = dump;
	spin_unlock(&lm_ring_lock);
	lm_news_tell();
	return 0;
}

u64 lm_ring_last_id(void)
{
	u64 id;

	spin_lock(&lm_ring_lock);
	id = lm_ring_newest;
	spin_unlock(&lm_ring_lock);
	return id;
}

struct lm_dump *lm_ring_get(u64 id, u64 *next)
{
	struct lm_dump *dump, *found = NULL;

	spin_lock(&lm_ring_lock);
	list_for_each_entry(dump, &lm_ring_dumps, node) {
		if (dump->id < id)
			continue;
		kref_get(&dump->ref);
		found = dump;
		*next = list_is_last(&dump->node, &lm_ring_dumps) ?
			dump->id + 1 : list_next_entry(dump, node)->id;
		break;
	}
	spin_unlock(&lm_ring_lock);
	return found;
}

void lm_ring_put(struct lm_dump *dump)
{
	spin_lock(&lm_ring_lock);
	kref_put(&dump->ref, lm_dump_release);
	spin_unlock(&lm_ring_lock);
}

u64 lm_dump_id(const struct lm_dump *dump)
{
	return dump->id;
}

u32 lm_dump_first(const struct lm_dump *dump)
{
	return dump->first;
}

int lm_ring_init(unsigned int buffer_kb, unsigned int dumps)
{
	u32 chunks = buffer_kb / (LM_CHUNK / 1024);
	unsigned int i;

	lm_ring_size = dumps;
	lm_ring_chunks = chunks;
	lm_ring_memory = vzalloc(array_size(chunks, LM_CHUNK));
	lm_chunks = vzalloc(array_size(chunks + 1, sizeof(*lm_chunks)));
	lm_ring_descriptors = kvcalloc(dumps + LM_PINNED_MAX, sizeof(struct lm_dump), GFP_KERNEL);
	if (!lm_ring_memory || !lm_chunks || !lm_ring_descriptors) {
		lm_ring_exit();
		return -ENOMEM;
	}
	for (i = 0; i < chunks; i++)
		lm_chunks[i + 1].next = i;
	lm_chunk_free = chunks;
	for (i = 0; i < dumps + LM_PINNED_MAX; i++)
		list_add(&lm_ring_descriptors[i].node, &lm_ring_free);
	return 0;
}

void lm_ring_exit(void)
{
	kvfree(lm_ring_descriptors);
	vfree(lm_chunks);
	vfree(lm_ring_memory);
}
