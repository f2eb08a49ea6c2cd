/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of code addresses, or "?" where a name would be a guess. */
#ifndef LM_SYMBOLS_H
#define LM_SYMBOLS_H

#include <linux/kallsyms.h>
#include <linux/types.h>

/* A symbol with offset, size and module name. */
#define LM_SYMBOL_MAX (KSYM_SYMBOL_LEN + 64)

int lm_symbols_init(void);
void lm_symbols_exit(void);

/* Before the first address of a dump is read. One dump at a time. */
void lm_symbols_begin(void);

/* An address where a call returns to, or @exact: where a CPU was. Process context. */
void lm_symbols_name(char name[LM_SYMBOL_MAX], unsigned long address, bool exact);

#endif
