// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "capture.h"
#include "history.h"
#include "knobs.h"
#include "load.h"
#include "ring.h"
#include "sampler.h"
#include "scan.h"
#include "unwind.h"

#define LM_COOLDOWN_MAX_MS (24 * 60 * 60 * 1000)
#define LM_MIN_SPACING_MAX_MS (60 * 60 * 1000)
#define LM_INTERVAL_MAX_MS 1000
#define LM_ACTIVE_MAX 10000000

/* The longest line of history: a time, a count, a load. */
#define LM_HISTORY_LINE 48

static struct kobject *lm_knobs;

/*
 * Held while last_id is used from outside its own file. It is looked up once, while all is well:
 * sysfs_notify() looks it up each time, under a lock that whoever makes a file in sysfs holds while
 * he waits for memory.
 */
static DEFINE_SPINLOCK(lm_knobs_lock);
static struct kernfs_node *lm_knobs_last_id;

void lm_knobs_notify(void)
{
	spin_lock(&lm_knobs_lock);
	if (lm_knobs_last_id)
		sysfs_notify_dirent(lm_knobs_last_id);
	spin_unlock(&lm_knobs_lock);
}

static void lm_knobs_set_last_id(struct kernfs_node *node)
{
	spin_lock(&lm_knobs_lock);
	lm_knobs_last_id = node;
	spin_unlock(&lm_knobs_lock);
}

/*
 * No number is as long. A write of more than a page reaches the module in pages, and the first one
 * of a huge number may be all zeros: a value that nobody wrote.
 */
#define LM_NUMBER_MAX 32

/* Digits and at most one newline: no sign, no base prefix, no NUL in the middle. */
static int lm_knob_parse(const char *text, size_t length, unsigned int least, unsigned int most,
			 unsigned int *value)
{
	unsigned int parsed;
	size_t i;

	if (length > LM_NUMBER_MAX)
		return -EINVAL;
	if (length && text[length - 1] == '\n')
		length--;
	for (i = 0; i < length; i++)
		if (!isdigit(text[i]))
			return -EINVAL;
	if (!length || kstrtouint(text, 10, &parsed) || parsed < least || parsed > most)
		return -EINVAL;
	*value = parsed;
	return 0;
}

static ssize_t trigger_store(struct kobject *kobject, struct kobj_attribute *attribute,
			     const char *text, size_t length)
{
	size_t reason = length;
	int result;

	/* The newline is echo's. */
	if (reason && text[reason - 1] == '\n')
		reason--;
	result = lm_capture_manual(text, reason);
	return result ? result : length;
}

static struct kobj_attribute trigger_attribute = __ATTR(trigger, 0200, NULL, trigger_store);

static ssize_t threshold_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	unsigned long hundredths = lm_sampler_threshold();

	return sysfs_emit(page, "%lu.%02lu\n", hundredths / 100, hundredths % 100);
}

static ssize_t threshold_store(struct kobject *kobject, struct kobj_attribute *attribute,
			       const char *text, size_t length)
{
	unsigned long hundredths;
	int result;

	if (length > LM_NUMBER_MAX)
		return -EINVAL;
	result = lm_load_parse(text, length, &hundredths);
	if (result)
		return result;
	lm_sampler_set_threshold(hundredths);
	return length;
}

static struct kobj_attribute threshold_attribute = __ATTR_RW(threshold);

#define LM_KNOB(_name, _least, _most, _get, _set)						\
static ssize_t _name##_show(struct kobject *kobject, struct kobj_attribute *attribute,		\
			    char *page)								\
{												\
	return sysfs_emit(page, "%u\n", _get());						\
}												\
												\
static ssize_t _name##_store(struct kobject *kobject, struct kobj_attribute *attribute,		\
			     const char *text, size_t length)					\
{												\
	unsigned int value;									\
	int result = lm_knob_parse(text, length, _least, _most, &value);			\
												\
	if (result)										\
		return result;									\
	_set(value);										\
	return length;										\
}												\
												\
static struct kobj_attribute _name##_attribute = __ATTR_RW(_name)

LM_KNOB(active_threshold, 0, LM_ACTIVE_MAX, lm_sampler_active_threshold,
	lm_sampler_set_active_threshold);
LM_KNOB(cooldown_ms, 0, LM_COOLDOWN_MAX_MS, lm_sampler_cooldown_ms, lm_sampler_set_cooldown_ms);
LM_KNOB(min_spacing_ms, 0, LM_MIN_SPACING_MAX_MS, lm_capture_min_spacing_ms,
	lm_capture_set_min_spacing_ms);
LM_KNOB(interval_ms, 1, LM_INTERVAL_MAX_MS, lm_sampler_interval_ms, lm_sampler_set_interval_ms);

static ssize_t last_id_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	return sysfs_emit(page, "%llu\n", lm_ring_last_id());
}

static struct kobj_attribute last_id_attribute = __ATTR_RO(last_id);

/* The reader runs, or it could not ask: it is left out. */
static ssize_t tasks_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	struct lm_counts counts;

	lm_scan(&counts, NULL, NULL);
	return sysfs_emit(page, "running %u\nuninterruptible %u\niowait %u\ntotal %u\n",
			  counts.running, counts.uninterruptible, counts.iowait, counts.threads);
}

static struct kobj_attribute tasks_attribute = __ATTR_RO(tasks);

/* A line a tick, the newest last: monotonic time in ns, active tasks, one-minute load. */
static ssize_t history_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	unsigned int back = PAGE_SIZE / LM_HISTORY_LINE;
	struct lm_average shown;
	struct lm_tick tick;
	int length = 0;

	while (back--) {
		if (!lm_history_get(back, &tick))
			continue;
		shown = lm_load_average(tick.average);
		length += sysfs_emit_at(page, length, "%llu %u %lu.%02u\n", tick.time_ns,
					tick.active, shown.whole, shown.hundredths);
	}
	return length;
}

static struct kobj_attribute history_attribute = __ATTR_RO(history);

#define LM_STATISTIC(_name, _value)								\
static ssize_t _name##_show(struct kobject *kobject, struct kobj_attribute *attribute,		\
			    char *page)								\
{												\
	struct lm_stats stats = lm_capture_stats();						\
												\
	return sysfs_emit(page, "%llu\n", _value);						\
}												\
												\
static struct kobj_attribute _name##_attribute = __ATTR_RO(_name)

LM_STATISTIC(dumps_manual, stats.dumps[LM_MANUAL]);
LM_STATISTIC(dumps_threshold, stats.dumps[LM_THRESHOLD]);
LM_STATISTIC(dumps_active, stats.dumps[LM_ACTIVE]);
LM_STATISTIC(refused, stats.refused);
LM_STATISTIC(truncated, stats.truncated);
LM_STATISTIC(lost, stats.lost);
LM_STATISTIC(stacks_deduplicated, stats.deduplicated);
LM_STATISTIC(last_capture_ns, stats.last_capture_ns);
LM_STATISTIC(longest_capture_ns, stats.longest_capture_ns);
LM_STATISTIC(longest_irq_off_ns, stats.longest_irq_off_ns);

static ssize_t tasks_kept_show(struct kobject *kobject, struct kobj_attribute *attribute,
			       char *page)
{
	return sysfs_emit(page, "%u\n", lm_unwind_kept());
}

static struct kobj_attribute tasks_kept_attribute = __ATTR_RO(tasks_kept);

static struct attribute *lm_knob_attributes[] = {
	&trigger_attribute.attr,
	&threshold_attribute.attr,
	&active_threshold_attribute.attr,
	&cooldown_ms_attribute.attr,
	&min_spacing_ms_attribute.attr,
	&interval_ms_attribute.attr,
	&last_id_attribute.attr,
	&tasks_attribute.attr,
	&history_attribute.attr,
	NULL,
};

static struct attribute *lm_statistic_attributes[] = {
	&dumps_manual_attribute.attr,
	&dumps_threshold_attribute.attr,
	&dumps_active_attribute.attr,
	&refused_attribute.attr,
	&truncated_attribute.attr,
	&lost_attribute.attr,
	&stacks_deduplicated_attribute.attr,
	&last_capture_ns_attribute.attr,
	&longest_capture_ns_attribute.attr,
	&longest_irq_off_ns_attribute.attr,
	&tasks_kept_attribute.attr,
	NULL,
};

static const struct attribute_group lm_knob_group = {
	.attrs = lm_knob_attributes,
};

static const struct attribute_group lm_statistic_group = {
	.name = "stats",
	.attrs = lm_statistic_attributes,
};

static const struct attribute_group *lm_knob_groups[] = {
	&lm_knob_group,
	&lm_statistic_group,
	NULL,
};

int lm_knobs_init(void)
{
	struct kernfs_node *node;
	int result;

	lm_knobs = kobject_create_and_add("load_monitor", kernel_kobj);
	if (!lm_knobs)
		return -ENOMEM;
	result = sysfs_create_groups(lm_knobs, lm_knob_groups);
	if (result)
		goto put;
	result = -ENOENT;
	node = sysfs_get_dirent(lm_knobs->sd, last_id_attribute.attr.name);
	if (!node)
		goto remove;
	lm_knobs_set_last_id(node);
	return 0;
remove:
	sysfs_remove_groups(lm_knobs, lm_knob_groups);
put:
	kobject_put(lm_knobs);
	return result;
}

/*
 * Removing a file waits for who uses it, and a writer of trigger waits for the capture thread,
 * which takes the lock: so not under the lock.
 */
void lm_knobs_exit(void)
{
	struct kernfs_node *node = lm_knobs_last_id;

	lm_knobs_set_last_id(NULL);
	sysfs_put(node);
	sysfs_remove_groups(lm_knobs, lm_knob_groups);
	kobject_put(lm_knobs);
}
