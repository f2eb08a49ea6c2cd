// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "capture.h"
#include "cgroups.h"
#include "cpus.h"
#include "device.h"
#include "features.h"
#include "holders.h"
#include "knobs.h"
#include "locks.h"
#include "locks_self_test.h"
#include "log.h"
#include "look.h"
#include "report.h"
#include "ring.h"
#include "sampler.h"
#include "stacks.h"
#include "symbols.h"

static unsigned int buffer_kb = 4096;
module_param(buffer_kb, uint, 0444);
MODULE_PARM_DESC(buffer_kb, "memory for finished dumps in KiB, 64 to 1048576 (default 4096)");

static unsigned int ring = 32;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "finished dumps kept at most, 2 to 4096 (default 32)");

static unsigned int max_tasks = 16384;
module_param(max_tasks, uint, 0444);
MODULE_PARM_DESC(max_tasks, "tasks in one dump at most, 16 to 1048576 (default 16384)");

/* Where printk() is no macro, the name is taken. */
static bool log_dumps;
module_param_named(printk, log_dumps, bool, 0644);
MODULE_PARM_DESC(printk, "print every dump to the kernel log, too (default no)");

static bool locks = true;
module_param(locks, bool, 0444);
MODULE_PARM_DESC(locks, "tell which locks tasks wait for, and who holds them (default yes)");

static kgid_t reader_group = INVALID_GID;

/* Digits alone: a group that somebody mistyped must not become another one. */
static int lm_gid_set(const char *text, const struct kernel_param *parameter)
{
	kgid_t group;
	gid_t id;

	if (!isdigit(text[0]) || kstrtou32(text, 10, &id))
		return -EINVAL;
	group = make_kgid(&init_user_ns, id);
	if (!gid_valid(group))
		return -EINVAL;
	*(kgid_t *)parameter->arg = group;
	return 0;
}

static int lm_gid_get(char *page, const struct kernel_param *parameter)
{
	kgid_t group = *(kgid_t *)parameter->arg;

	if (!gid_valid(group))
		return sysfs_emit(page, "none\n");
	return sysfs_emit(page, "%u\n", from_kgid(&init_user_ns, group));
}

static const struct kernel_param_ops lm_gid_operations = {
	.set = lm_gid_set,
	.get = lm_gid_get,
};

module_param_cb(gid, &lm_gid_operations, &reader_group, 0444);
MODULE_PARM_DESC(gid, "group that may read dumps, and write to trigger (default none)");

static int __init lm_check_parameter(const char *name, unsigned int value, unsigned int least,
				     unsigned int most)
{
	if (value >= least && value <= most)
		return 0;
	pr_err("%s=%u is not between %u and %u\n", name, value, least, most);
	return -EINVAL;
}

static int __init lm_check_parameters(void)
{
	if (lm_check_parameter("buffer_kb", buffer_kb, 64, 1048576) ||
	    lm_check_parameter("ring", ring, 2, 4096) ||
	    lm_check_parameter("max_tasks", max_tasks, 16, 1048576))
		return -EINVAL;
	return 0;
}

static int __init lm_init(void)
{
	int result = lm_check_parameters();

	if (result)
		return result;
	lm_report_init();
	result = lm_stacks_init();
	if (result)
		goto fail;
	result = lm_symbols_init();
	if (result)
		goto exit_stacks;
	result = lm_cgroups_init();
	if (result)
		goto exit_symbols;
	result = lm_locks_init();
	if (result)
		goto exit_cgroups;
	result = lm_cpus_init();
	if (result)
		goto exit_locks;
	result = lm_ring_init(buffer_kb, ring);
	if (result)
		goto exit_cpus;
	result = lm_look_init(max_tasks);
	if (result)
		goto exit_ring;
	result = lm_holders_init(max_tasks);
	if (result)
		goto exit_look;
	result = lm_locks_self_test(locks);
	if (result)
		goto exit_holders;
	result = lm_capture_init();
	if (result)
		goto exit_holders;
	result = lm_log_init(&log_dumps);
	if (result)
		goto exit_capture;
	result = lm_device_init(reader_group);
	if (result)
		goto exit_log;
	result = lm_knobs_init(reader_group);
	if (result)
		goto exit_device;
	result = lm_sampler_init();
	if (result)
		goto exit_knobs;
	pr_info("loaded, %u KiB for %u dumps of up to %u tasks; this kernel has %s%s\n", buffer_kb,
		ring, max_tasks, LM_FEATURES, lm_locks_told());
	return 0;

exit_knobs:
	lm_knobs_exit();
exit_device:
	lm_device_exit();
exit_log:
	lm_log_exit();
exit_capture:
	lm_capture_exit();
exit_holders:
	lm_holders_exit();
exit_look:
	lm_look_exit();
exit_ring:
	lm_ring_exit();
exit_cpus:
	lm_cpus_exit();
exit_locks:
	lm_locks_exit();
exit_cgroups:
	lm_cgroups_exit();
exit_symbols:
	lm_symbols_exit();
exit_stacks:
	lm_stacks_exit();
fail:
	pr_err("not loaded: error %d\n", result);
	return result;
}

static void __exit lm_exit(void)
{
	lm_sampler_exit();
	lm_knobs_exit();
	lm_device_exit();
	lm_log_exit();
	lm_capture_exit();
	lm_holders_exit();
	lm_look_exit();
	lm_ring_exit();
	lm_cpus_exit();
	lm_locks_exit();
	lm_cgroups_exit();
	lm_symbols_exit();
	lm_stacks_exit();
	pr_info("unloaded\n");
}

module_init(lm_init);
module_exit(lm_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Dumps the stacks of the tasks that make up the load");
