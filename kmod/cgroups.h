/* SPDX-License-Identifier: GPL-2.0-only */
/* The control groups of one dump's tasks, each path kept once. */
#ifndef LM_CGROUPS_H
#define LM_CGROUPS_H

#include <linux/types.h>

struct task_struct;

/* No control groups here, or none that could be named truly. */
#define LM_CGROUP_NONE 0
/* There is one, and no room for its path. */
#define LM_CGROUP_NO_ROOM U32_MAX

int lm_cgroups_init(void);
void lm_cgroups_exit(void);

/* One dump at a time. */
void lm_cgroups_clear(void);

/*
 * The number, from 1, of the group that the task is in now. The task is pinned. Process context;
 * allocates nothing.
 */
u32 lm_cgroups_add(struct task_struct *task);

/* The path from the root of its hierarchy; of a number from 1. */
const char *lm_cgroups_path(u32 number);

/* The controller of a hierarchy of version 1, or NULL: it is of the unified hierarchy. */
const char *lm_cgroups_controller(u32 number);

/* Notes that its record is in the text's @attempt; whether it was not so before. */
bool lm_cgroups_print_once(u32 number, unsigned int attempt);

#endif
