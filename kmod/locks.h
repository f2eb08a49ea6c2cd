/* SPDX-License-Identifier: GPL-2.0-only */
/* The locks that the tasks of one dump wait for, each kept once. */
#ifndef LM_LOCKS_H
#define LM_LOCKS_H

#include <linux/types.h>

/* A load of thousands waits for a handful of locks. */
#define LM_LOCKS_MAX 1024

enum lm_lock_kind {
	LM_MUTEX,
	LM_RWSEM,
	LM_SEMAPHORE,
	/* With PREEMPT_RT what is behind every lock that sleeps. */
	LM_RT_MUTEX,
	LM_PERCPU_RWSEM,
	LM_LOCK_KINDS,
};

enum lm_held {
	/* Nothing is known, or nothing is proven. */
	LM_HELD_UNKNOWN,
	/* One task has it alone. */
	LM_HELD_WRITE,
	/* Readers share it, whose names no lock keeps. */
	LM_HELD_READ,
	/* A semaphore, which anybody may give back: its owner is who took it last. */
	LM_HELD_LAST,
	/* Nobody, though tasks wait: it is being handed over, or a wake-up was lost. */
	LM_HELD_NOBODY,
	/* The task that had it ended without giving it back. */
	LM_HELD_GONE,
	/* It changed hands while it was looked at. */
	LM_HELD_CHANGING,
};

struct lm_lock {
	/* Names it together with its kind, and is shown to nobody. */
	unsigned long address;
	u8 kind;
	u8 held;
	/* Thread id of who has it, or took it last; 0: nobody who is known. */
	int owner;
	/* How many share it. */
	unsigned long readers;
	/* Tasks of the load that wait for it. */
	unsigned int waiters;
	/* The last attempt at the text that has its record. */
	u32 printed;
	/* The next in the same bucket; 0 ends the chain. */
	u32 next;
};

int lm_locks_init(void);
void lm_locks_exit(void);

/* One dump at a time. */
void lm_locks_clear(void);

/* The number of the lock, from 1, or 0 when there is no room for another one. */
u32 lm_locks_add(unsigned long address, enum lm_lock_kind kind);
u32 lm_locks_count(void);
struct lm_lock *lm_locks_get(u32 number);

/* Notes that its record is in the text's @attempt; whether it was not so before. */
bool lm_locks_print_once(u32 number, unsigned int attempt);

#endif
