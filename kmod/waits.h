/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lock a sleeper waits for, by the ways that this kernel has. */
#ifndef LM_WAITS_H
#define LM_WAITS_H

#include <linux/types.h>

#include "locks.h"

struct lm_frames;
struct lm_match;

struct lm_wait {
	/* 0: it is the one that its neighbours in the lock's list of waiters wait for. */
	unsigned long lock;
	/* Its own place in that list, and theirs; 0 where it was found in another way. */
	unsigned long node;
	unsigned long next;
	unsigned long prev;
	enum lm_lock_kind kind;
	/* It wants to share the lock. */
	bool read;
};

/*
 * Whether the task waits for a lock, which is true of the sleep in which it was seen. @frames are
 * the stack of that sleep. One caller at a time; follows no pointer but without a fault.
 */
bool lm_waits_find(const struct lm_match *match, const struct lm_frames *frames,
		   struct lm_wait *wait);

/* The kinds of locks, by bits, that this kernel has a way for, and those that were found by it. */
unsigned int lm_waits_ways(void);
void lm_waits_trust(unsigned int kinds);

#endif
