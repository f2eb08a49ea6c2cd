// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernfs.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "news.h"

DECLARE_WAIT_QUEUE_HEAD(lm_news_wait);

/*
 * Held while the file is used from outside itself. It is looked up once, while all is well, by who
 * made it: sysfs_notify() looks it up each time, under a lock that whoever makes a file in sysfs
 * holds while he waits for memory.
 */
static DEFINE_SPINLOCK(lm_news_lock);
static struct kernfs_node *lm_news_file;

void lm_news_set_file(struct kernfs_node *file)
{
	spin_lock(&lm_news_lock);
	lm_news_file = file;
	spin_unlock(&lm_news_lock);
}

void lm_news_tell(void)
{
	wake_up(&lm_news_wait);
	spin_lock(&lm_news_lock);
	if (lm_news_file)
		sysfs_notify_dirent(lm_news_file);
	spin_unlock(&lm_news_lock);
}
