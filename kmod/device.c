// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "device.h"
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

static dev_t lm_device_number;
static struct cdev lm_device_calls;
static struct device *lm_device;
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
	if (reader->dump)
		lm_ring_put(reader->dump);
	reader->dump = NULL;
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
	u64 id;

	if (reader->dump)
		return true;
	reader->dump = lm_ring_get(reader->next_id);
	if (!reader->dump)
		return false;
	id = lm_dump_id(reader->dump);
	/* A reader that begins has missed nothing. */
	if (reader->next_id && id != reader->next_id)
		reader->overtaken = true;
	reader->chunk = lm_dump_first(reader->dump);
	reader->offset = 0;
	reader->next_id = id + 1;
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

static __poll_t lm_device_poll(struct file *file, poll_table *table)
{
	struct lm_reader *reader = file->private_data;
	struct lm_dump *dump;
	__poll_t ready = 0;

	poll_wait(file, &lm_ring_wait, table);
	mutex_lock(&reader->lock);
	dump = reader->dump ? NULL : lm_ring_get(reader->next_id);
	if (reader->dump || dump)
		ready = EPOLLIN | EPOLLRDNORM;
	if (dump)
		lm_ring_put(dump);
	mutex_unlock(&reader->lock);
	return ready;
}

/* To the oldest dump there is, or behind the newest: other places have no meaning. */
static loff_t lm_device_llseek(struct file *file, loff_t offset, int whence)
{
	struct lm_reader *reader = file->private_data;

	if (offset || (whence != SEEK_SET && whence != SEEK_END))
		return -EINVAL;
	mutex_lock(&reader->lock);
	lm_reader_drop(reader);
	reader->overtaken = false;
	reader->next_id = whence == SEEK_END ? lm_ring_last_id() + 1 : 0;
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

/* Mode and group of the node in /dev; NULL: it is called like the device. */
static char *lm_device_node(lm_devnode_device *device, umode_t *mode, kuid_t *owner, kgid_t *group)
{
	bool shared = gid_valid(lm_device_group);

	if (mode)
		*mode = shared ? 0440 : 0400;
	if (group && shared)
		*group = lm_device_group;
	return NULL;
}

/* Not a misc device: those know no group. */
static struct class lm_device_class = {
	.name = "load_monitor",
};

static const struct device_type lm_device_type = {
	.name = "load_monitor",
	.devnode = lm_device_node,
};

static void lm_device_free(struct device *device)
{
	kfree(device);
}

static int lm_device_add(void)
{
	int result;

	lm_device = kzalloc(sizeof(*lm_device), GFP_KERNEL);
	if (!lm_device)
		return -ENOMEM;
	device_initialize(lm_device);
	lm_device->class = &lm_device_class;
	lm_device->type = &lm_device_type;
	lm_device->devt = lm_device_number;
	lm_device->release = lm_device_free;
	result = dev_set_name(lm_device, "load_monitor");
	if (result)
		goto put;
	cdev_init(&lm_device_calls, &lm_device_operations);
	lm_device_calls.owner = THIS_MODULE;
	result = cdev_device_add(&lm_device_calls, lm_device);
	if (result)
		goto put;
	return 0;

put:
	put_device(lm_device);
	return result;
}

int lm_device_init(kgid_t group)
{
	int result;

	lm_device_group = group;
	result = alloc_chrdev_region(&lm_device_number, 0, 1, "load_monitor");
	if (result)
		return result;
	result = class_register(&lm_device_class);
	if (result)
		goto unregister_region;
	result = lm_device_add();
	if (result)
		goto unregister_class;
	return 0;

unregister_class:
	class_unregister(&lm_device_class);
unregister_region:
	unregister_chrdev_region(lm_device_number, 1);
	return result;
}

void lm_device_exit(void)
{
	cdev_device_del(&lm_device_calls, lm_device);
	put_device(lm_device);
	class_unregister(&lm_device_class);
	unregister_chrdev_region(lm_device_number, 1);
}
