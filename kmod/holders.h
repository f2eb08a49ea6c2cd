/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds the locks that the load waits for: what they say, twice, and whose address it is. */
#ifndef LM_HOLDERS_H
#define LM_HOLDERS_H

#include <linux/types.h>

#include "locks.h"

struct lm_frames;
struct lm_match;
struct lm_matches;

/* What a lock says of itself. */
struct lm_holding {
	enum lm_held held;
	/* Address of who has it, or took it last: to be compared, never followed. */
	unsigned long owner;
	unsigned long readers;
};

int lm_holders_init(unsigned int max_tasks);
void lm_holders_exit(void);

/* One dump at a time. It began at @begin_ns of CLOCK_MONOTONIC. */
void lm_holders_begin(u64 begin_ns);

/*
 * Notes what a sleeper waits for, if it is a lock; it has this place in the dump's matches, and in
 * the sleep in which it was seen the stack @frames.
 */
void lm_holders_note(u32 index, const struct lm_match *match, const struct lm_frames *frames);

/*
 * Finds who holds the locks that were noted since it was called last. Owners that are not among the
 * matches are pinned and put behind them. The longest RCU section goes into @rcu_max_ns.
 */
void lm_holders_settle(struct lm_matches *matches, u64 *rcu_max_ns);

/* Each place in the matches that waits for a lock, with its number. */
void lm_holders_tell(void (*tell)(u32 index, u32 lock, bool read));

/* The lock is there as long as somebody is proven to wait for it. */
bool lm_holders_read(unsigned long address, enum lm_lock_kind kind, struct lm_holding *holding);

#endif
