/* SPDX-License-Identifier: GPL-2.0-only */
/* What ./probe would say of the newest kernel, or of the oldest one (-DHOST_OLD_KERNEL). */
#ifndef LM_FEATURES_H
#define LM_FEATURES_H

#define CONFIG_SMP 1
#define CONFIG_CFS_BANDWIDTH 1
#define CONFIG_SCHED_PROXY_EXEC 1

#define LM_HAVE_HRTIMER_SETUP 1
#define LM_HAVE_RT_MUTEX_BASE 1
#define LM_HAVE_SEMAPHORE_LAST_HOLDER 1
#ifndef HOST_OLD_KERNEL
#define LM_HAVE_TASK___STATE 1
#define LM_HAVE_TASK_FROZEN 1
#define LM_HAVE_TASK_THROTTLED 1
#define LM_HAVE_SCHED_DELAYED 1
#define LM_HAVE_BLOCKED_ON 1
#endif

#endif
