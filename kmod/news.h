/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells everybody who waits for it that there is another dump. */
#ifndef LM_NEWS_H
#define LM_NEWS_H

#include <linux/wait.h>

struct kernfs_node;

/* Who reads dumps waits here for the next one. */
extern wait_queue_head_t lm_news_wait;

/* The file in sysfs whose pollers are told, too; NULL: none any more. The caller keeps it. */
void lm_news_set_file(struct kernfs_node *file);

/* Process context; waits for nobody. */
void lm_news_tell(void);

#endif
