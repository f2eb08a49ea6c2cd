// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "locks.h"

#define LM_BUCKETS_BITS 8
#define LM_BUCKETS BIT(LM_BUCKETS_BITS)

/* One dump is taken at a time: no lock. Number 0 is no lock. */
static struct lm_lock *lm_locks;
static u32 lm_locks_used;
static u32 lm_lock_buckets[LM_BUCKETS];

int lm_locks_init(void)
{
	lm_locks = vzalloc(array_size(LM_LOCKS_MAX + 1, sizeof(*lm_locks)));
	return lm_locks ? 0 : -ENOMEM;
}

void lm_locks_exit(void)
{
	vfree(lm_locks);
}

void lm_locks_clear(void)
{
	lm_locks_used = 0;
	memset(lm_lock_buckets, 0, sizeof(lm_lock_buckets));
}

u32 lm_locks_add(unsigned long address, enum lm_lock_kind kind)
{
	u32 *bucket = lm_lock_buckets + hash_long(address, LM_BUCKETS_BITS);
	u32 number;

	for (number = *bucket; number; number = lm_locks[number].next)
		if (lm_locks[number].address == address && lm_locks[number].kind == kind)
			return number;
	if (lm_locks_used == LM_LOCKS_MAX)
		return 0;
	number = ++lm_locks_used;
	lm_locks[number] = (struct lm_lock){
		.address = address,
		.kind = kind,
		.next = *bucket,
	};
	*bucket = number;
	return number;
}

u32 lm_locks_count(void)
{
	return lm_locks_used;
}

struct lm_lock *lm_locks_get(u32 number)
{
	return lm_locks + number;
}

bool lm_locks_print_once(u32 number, unsigned int attempt)
{
	if (lm_locks[number].printed == attempt)
		return false;
	lm_locks[number].printed = attempt;
	return true;
}
