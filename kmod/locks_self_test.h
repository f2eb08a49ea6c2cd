/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether locks and their waiters are here what this module takes them for. */
#ifndef LM_LOCKS_SELF_TEST_H
#define LM_LOCKS_SELF_TEST_H

#include <linux/types.h>

/*
 * Tries each way with locks, an owner and waiters of its own, at load, before the first dump. Kinds
 * of locks that are not found are left out of all dumps, and the kernel's log says so. All are
 * when they are not @wanted. An error only where it could not be tried.
 */
int lm_locks_self_test(bool wanted);

/* The kinds that are told, as the log has them: " locks=mutex,rwsem", or nothing. */
const char *lm_locks_told(void);

#endif
