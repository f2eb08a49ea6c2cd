// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>

#include "capture.h"
#include "history.h"
#include "knobs.h"
#include "load.h"
#include "news.h"
#include "numbers.h"
#include "ring.h"
#include "scan.h"
#include "settings.h"
#include "unwind.h"

#define LM_COOLDOWN_MAX_MS (24 * 60 * 60 * 1000)
#define LM_MIN_SPACING_MAX_MS (60 * 60 * 1000)
#define LM_INTERVAL_MAX_MS 1000
#define LM_ACTIVE_MAX 10000000

/* The longest line of history: a time, a count, a load. */
#define LM_HISTORY_LINE 48

static struct kobject *lm_knobs;

/* Held from init to exit: news.c tells its pollers. */
static struct kernfs_node *lm_knobs_last_id;

/*
 * The mode of a file keeps users out, but not a root without capabilities that is shown a writable
 * /sys, as some containers are: it could blind the machine or keep it busy.
 */
static bool lm_knobs_admit(void)
{
	return capable(CAP_SYS_ADMIN);
}

/* Not a valid one: root alone. */
static kgid_t lm_trigger_group;

/*
 * Who may read dumps may ask for one where the mode of the file says so as well, which this module
 * leaves to the administrator. Not the other knobs: those blind the machine.
 */
static bool lm_trigger_admits(void)
{
	return (gid_valid(lm_trigger_group) && in_group_p(lm_trigger_group)) || lm_knobs_admit();
}

/* Whoever watches the value begins anew. Two writers at once are one more than it knew, too. */
static void lm_knob_was_set(unsigned int *times)
{
	if (times)
		WRITE_ONCE(*times, READ_ONCE(*times) + 1);
}

static ssize_t trigger_store(struct kobject *kobject, struct kobj_attribute *attribute,
			     const char *text, size_t length)
{
	size_t reason = length;
	int result;

	if (!lm_trigger_admits())
		return -EPERM;
	/* The newline is echo's. */
	if (reason && text[reason - 1] == '\n')
		reason--;
	result = lm_capture_manual(text, reason);
	return result ? result : length;
}

static struct kobj_attribute trigger_attribute = __ATTR(trigger, 0200, NULL, trigger_store);

static ssize_t threshold_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	unsigned long hundredths = READ_ONCE(lm_settings.threshold);

	return sysfs_emit(page, "%lu.%02lu\n", hundredths / 100, hundredths % 100);
}

static ssize_t threshold_store(struct kobject *kobject, struct kobj_attribute *attribute,
			       const char *text, size_t length)
{
	unsigned long hundredths;
	int result;

	if (!lm_knobs_admit())
		return -EPERM;
	result = lm_number_parse_load(text, length, &hundredths);
	if (result)
		return result;
	WRITE_ONCE(lm_settings.threshold, hundredths);
	lm_knob_was_set(&lm_settings.threshold_set);
	return length;
}

static struct kobj_attribute threshold_attribute = __ATTR_RW(threshold);

static ssize_t lm_knob_store(const char *text, size_t length, unsigned int least,
			     unsigned int most, unsigned int *setting, unsigned int *times_set)
{
	unsigned int value;
	int result;

	if (!lm_knobs_admit())
		return -EPERM;
	result = lm_number_parse(text, length, least, most, &value);
	if (result)
		return result;
	WRITE_ONCE(*setting, value);
	lm_knob_was_set(times_set);
	return length;
}

#define LM_KNOB(_name, _least, _most, _of, _times_set)						\
static unsigned int * const _name##_setting = _of;						\
												\
static ssize_t _name##_show(struct kobject *kobject, struct kobj_attribute *attribute,		\
			    char *page)								\
{												\
	return sysfs_emit(page, "%u\n", READ_ONCE(*_name##_setting));				\
}												\
												\
static ssize_t _name##_store(struct kobject *kobject, struct kobj_attribute *attribute,		\
			     const char *text, size_t length)					\
{												\
	return lm_knob_store(text, length, _least, _most, _name##_setting, _times_set);		\
}												\
												\
static struct kobj_attribute _name##_attribute = __ATTR_RW(_name)

LM_KNOB(active_threshold, 0, LM_ACTIVE_MAX, &lm_settings.active_threshold,
	&lm_settings.active_threshold_set);
LM_KNOB(cooldown_ms, 0, LM_COOLDOWN_MAX_MS, &lm_settings.cooldown_ms, NULL);
LM_KNOB(min_spacing_ms, 0, LM_MIN_SPACING_MAX_MS, &lm_settings.min_spacing_ms, NULL);
LM_KNOB(interval_ms, 1, LM_INTERVAL_MAX_MS, &lm_settings.interval_ms, NULL);

static ssize_t last_id_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	return sysfs_emit(page, "%llu\n", lm_ring_last_id());
}

static struct kobj_attribute last_id_attribute = __ATTR_RO(last_id);

/*
 * Everybody may read the counts, and a walk over all threads costs about a microsecond each: so
 * whoever is no administrator gets a walk that is at most this old, and nobody makes the machine
 * walk more often than that.
 */
#define LM_TASKS_AGE_NS (100 * NSEC_PER_MSEC)

static DEFINE_SPINLOCK(lm_tasks_lock);
static struct lm_counts lm_tasks_counts;
static u64 lm_tasks_ns;
static bool lm_tasks_known;

static bool lm_tasks_young(struct lm_counts *counts)
{
	bool young;

	spin_lock(&lm_tasks_lock);
	young = lm_tasks_known && ktime_get_ns() - lm_tasks_ns < LM_TASKS_AGE_NS;
	/* The next reader of the old ones does not walk as well. */
	if (lm_tasks_known && !young)
		lm_tasks_ns = ktime_get_ns();
	*counts = lm_tasks_counts;
	spin_unlock(&lm_tasks_lock);
	return young;
}

static void lm_tasks_keep(const struct lm_counts *counts)
{
	spin_lock(&lm_tasks_lock);
	lm_tasks_counts = *counts;
	lm_tasks_ns = ktime_get_ns();
	lm_tasks_known = true;
	spin_unlock(&lm_tasks_lock);
}

/* The reader runs, or it could not ask: it is left out. */
static ssize_t tasks_show(struct kobject *kobject, struct kobj_attribute *attribute, char *page)
{
	struct lm_counts counts;

	/* Not to be noted as an attempt: whoever reads this needs no right. */
	bool administrator = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);

	if (administrator || !lm_tasks_young(&counts)) {
		lm_scan(&counts, NULL, NULL);
		lm_tasks_keep(&counts);
	}
	return sysfs_emit(page,
			  "running %u\nuninterruptible %u\niowait %u\ntotal %u\ncomplete %d\n",
			  counts.running, counts.uninterruptible, counts.iowait, counts.threads,
			  !counts.incomplete);
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

int lm_knobs_init(kgid_t group)
{
	struct kernfs_node *node;
	int result;

	lm_trigger_group = group;
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
	lm_knobs_last_id = node;
	lm_news_set_file(node);
	return 0;
remove:
	sysfs_remove_groups(lm_knobs, lm_knob_groups);
put:
	kobject_put(lm_knobs);
	return result;
}

/* Removing a file waits for who uses it, a writer of trigger for the dump: both come to an end. */
void lm_knobs_exit(void)
{
	lm_news_set_file(NULL);
	sysfs_put(lm_knobs_last_id);
	sysfs_remove_groups(lm_knobs, lm_knob_groups);
	kobject_put(lm_knobs);
}
