// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "device.h"
#include "news.h"
#include "ring.h"

/* One open file: where it is, and the dump that it holds on to until it has read it all. */
struct lm_reader {
	/* Guards the rest: threads may share an open file. */
	struct mutex lock;
	/* NULL between two dumps. */
	struct lm_dump *dump;
	u32 chunk;
	unsigned int offset;
	/* The dump to read after this one; 0 is the oldest that there is. */
	u64 next_id;
	/* Dumps went away unread, and the reader has not been told yet. */
	bool overtaken;
};

/* Not a valid one: root alone. */
static kgid_t lm_device_group;

/*
 * A kernel stack is a secret, so the mode of the file alone is not enough: it may be changed, and a
 * container's root passes it.
 */
static bool lm_device_admits(void)
{
	return capable(CAP_SYS_ADMIN) ||
	       (gid_valid(lm_device_group) && in_group_p(lm_device_group));
}

static int lm_device_open(struct inode *inode, struct file *file)
{
	struct lm_reader *reader;

	if (!lm_device_admits())
		return -EPERM;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	/* A stream of dumps has no stable offsets to read at. */
	file->f_mode &= ~(FMODE_PREAD | FMODE_PWRITE);
	return 0;
}

static void lm_reader_drop(struct lm_reader *reader)
{
	struct lm_dump *dump = reader->dump;

	WRITE_ONCE(reader->dump, NULL);
	if (dump)
		lm_ring_put(dump);
}

static int lm_device_release(struct inode *inode, struct file *file)
{
	struct lm_reader *reader = file->private_data;

	lm_reader_drop(reader);
	mutex_destroy(&reader->lock);
	kfree(reader);
	return 0;
}

/* Returns false at the end. */
static bool lm_reader_advance(struct lm_reader *reader)
{
	u64 next;

	if (reader->dump)
		return true;
	WRITE_ONCE(reader->dump, lm_ring_get(reader->next_id, &next));
	if (!reader->dump)
		return false;
	/* A reader that begins has missed nothing. */
	if (reader->next_id && lm_dump_id(reader->dump) != reader->next_id)
		reader->overtaken = true;
	reader->chunk = lm_dump_first(reader->dump);
	reader->offset = 0;
	WRITE_ONCE(reader->next_id, next);
	return true;
}

static ssize_t lm_reader_copy(struct lm_reader *reader, char __user *to, size_t size)
{
	size_t part = min_t(size_t, size, lm_chunk_used(reader->chunk) - reader->offset);

	if (copy_to_user(to, lm_chunk_bytes(reader->chunk) + reader->offset, part))
		return -EFAULT;
	reader->offset += part;
	if (reader->offset == lm_chunk_used(reader->chunk)) {
		reader->chunk = lm_chunk_next(reader->chunk);
		reader->offset = 0;
		if (!reader->chunk)
			lm_reader_drop(reader);
	}
	return part;
}

static ssize_t lm_device_read(struct file *file, char __user *to, size_t size, loff_t *position)
{
	struct lm_reader *reader = file->private_data;
	ssize_t result = 0;
	size_t done = 0;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	while (done < size && lm_reader_advance(reader)) {
		if (reader->overtaken) {
			/* What was read so far is delivered first. */
			if (done)
				break;
			reader->overtaken = false;
			result = -EPIPE;
			break;
		}
		result = lm_reader_copy(reader, to + done, size - done);
		if (result < 0)
			break;
		done += result;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	mutex_unlock(&reader->lock);
	return done ? done : result;
}

/*
 * Without the lock: another thread may hold it for as long as its own memory keeps it waiting, and
 * who polls is not to wait with it. What is read here changes only by a read() of this very file.
 */
static __poll_t lm_device_poll(struct file *file, poll_table *table)
{
	struct lm_reader *reader = file->private_data;
	u64 next_id;

	poll_wait(file, &lm_news_wait, table);
	next_id = max_t(u64, READ_ONCE(reader->next_id), 1);
	if (READ_ONCE(reader->dump) || lm_ring_last_id() >= next_id)
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

/* To the oldest dump there is, or behind the newest: other places have no meaning. */
static loff_t lm_device_llseek(struct file *file, loff_t offset, int whence)
{
	struct lm_reader *reader = file->private_data;

	if (offset || (whence != SEEK_SET && whence != SEEK_END))
		return -EINVAL;
	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	lm_reader_drop(reader);
	reader->overtaken = false;
	WRITE_ONCE(reader->next_id, whence == SEEK_END ? lm_ring_last_id() + 1 : 0);
	mutex_unlock(&reader->lock);
	return 0;
}

static const struct file_operations lm_device_operations = {
	.owner = THIS_MODULE,
	.open = lm_device_open,
	.release = lm_device_release,
	.read = lm_device_read,
	.poll = lm_device_poll,
	.llseek = lm_device_llseek,
};

/* The group of the node in /dev; its mode and its name come from the misc device. */
static char *lm_device_node(LM_DEVNODE_CONST struct device *device, umode_t *mode, kuid_t *owner,
			    kgid_t *group)
{
	if (group && gid_valid(lm_device_group))
		*group = lm_device_group;
	return NULL;
}

static const struct device_type lm_device_type = {
	.name = "load_monitor",
	.devnode = lm_device_node,
};

/*
 * A misc device knows a mode, but no group; a device's type does. misc_register() makes device and
 * node in one step, and asks in between which of the attributes are to be seen: the one moment to
 * say of what type the device is. The attribute is never seen. Should a kernel ever ask too late,
 * the node is root's alone. (A device of a class of its own could have its type before that, but
 * has a major number of its own, another one at each load: who lists the devices that a service or
 * a container may open would have to list it anew each time. That of misc devices is 10 for ever.)
 */
static umode_t lm_device_set_type(struct kobject *kobject, struct attribute *attribute, int index)
{
	kobj_to_dev(kobject)->type = &lm_device_type;
	return 0;
}

static struct attribute lm_device_unseen = { .name = "unseen" };

static struct attribute *lm_device_attributes[] = {
	&lm_device_unseen,
	NULL,
};

static const struct attribute_group lm_device_attribute_group = {
	.attrs = lm_device_attributes,
	.is_visible = lm_device_set_type,
};

static const struct attribute_group *lm_device_groups[] = {
	&lm_device_attribute_group,
	NULL,
};

static struct miscdevice lm_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "load_monitor",
	.fops = &lm_device_operations,
	.groups = lm_device_groups,
};

int lm_device_init(kgid_t group)
{
	lm_device_group = group;
	lm_device.mode = gid_valid(group) ? 0440 : 0400;
	return misc_register(&lm_device);
}

void lm_device_exit(void)
{
	misc_deregister(&lm_device);
}
