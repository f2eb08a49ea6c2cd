/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints finished dumps to the kernel log, where that is wanted. */
#ifndef LM_LOG_H
#define LM_LOG_H

#include <linux/types.h>

int lm_log_init(const bool *wanted);
void lm_log_exit(void);

#endif
