// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stops load_monitor's walk over all threads where it rests, so that its place in the list can end
 * meanwhile. With "state" at 1 the walk is slowed at the threads of the process "victim", so that
 * it has to rest between two of them; there it sleeps, with "state" at 2 and "at" naming the first
 * of the two, until the test writes 0, or for 60 s.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

enum { SLOW_OFF, SLOW_ARMED, SLOW_HOLDS };

#define SLOW_MOST_MS 60000

/* 64 looks, after which the walk reads the clock, are to take longer than it may go on. */
#define SLOW_LOOK_US 100

static unsigned int state;
module_param(state, uint, 0644);
MODULE_PARM_DESC(state, "0 off, 1 armed, 2 while a walk is held");

static int victim;
module_param(victim, int, 0644);
MODULE_PARM_DESC(victim, "id of the process at whose threads to hold it");

static int at;
module_param(at, int, 0444);
MODULE_PARM_DESC(at, "id of the thread at which a walk is held");

static bool slow_at_victim;
static unsigned int slow_resting;

/* Not udelay(): on a busy host a guest takes its CPUs for slow ones, and then that is short. */
static void slow_walk_spin(void)
{
	u64 end = ktime_get_mono_fast_ns() + SLOW_LOOK_US * NSEC_PER_USEC;

	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

/* enum lm_share lm_load_share(const struct task_struct *task) */
static int slow_walk_look(struct kprobe *probe, struct pt_regs *regs)
{
	const struct task_struct *task = (void *)regs_get_kernel_argument(regs, 0);

	if (READ_ONCE(state) != SLOW_ARMED)
		return 0;
	/* Its first thread may stay when all others end. */
	WRITE_ONCE(slow_at_victim, task->tgid == READ_ONCE(victim) && task->pid != task->tgid);
	if (slow_at_victim) {
		WRITE_ONCE(at, task->pid);
		slow_walk_spin();
	}
	return 0;
}

static struct kprobe slow_walk_look_probe = {
	.symbol_name = "lm_load_share",
	.pre_handler = slow_walk_look,
};

/* In place of lm_scan_rest(), and like it called and left with RCU held. */
static void slow_walk_rest(void)
	__releases(RCU)
	__acquires(RCU)
{
	ktime_t end = ktime_add_ms(ktime_get(), SLOW_MOST_MS);

	rcu_read_unlock();
	while (READ_ONCE(state) == SLOW_HOLDS && ktime_before(ktime_get(), end))
		schedule_timeout_idle(1);
	rcu_read_lock();
	WRITE_ONCE(slow_resting, 0);
}

static int slow_walk_before_rest(struct kprobe *probe, struct pt_regs *regs)
{
	if (!READ_ONCE(slow_at_victim) || cmpxchg(&state, SLOW_ARMED, SLOW_HOLDS) != SLOW_ARMED)
		return 0;
	WRITE_ONCE(slow_resting, 1);
	instruction_pointer_set(regs, (unsigned long)slow_walk_rest);
	return 1;
}

/* Without one the probe may become a jump, which cannot lead elsewhere. */
static void slow_walk_after_rest(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe slow_walk_rest_probe = {
	.symbol_name = "lm_scan_rest",
	.pre_handler = slow_walk_before_rest,
	.post_handler = slow_walk_after_rest,
};

static struct kprobe *slow_walk_probes[] = { &slow_walk_look_probe, &slow_walk_rest_probe };

static int __init slow_walk_init(void)
{
	return register_kprobes(slow_walk_probes, ARRAY_SIZE(slow_walk_probes));
}

static void __exit slow_walk_exit(void)
{
	WRITE_ONCE(state, SLOW_OFF);
	unregister_kprobes(slow_walk_probes, ARRAY_SIZE(slow_walk_probes));
	/* Its last instructions run with RCU held, and for RCU the module's memory waits. */
	while (READ_ONCE(slow_resting))
		msleep(20);
}

module_init(slow_walk_init);
module_exit(slow_walk_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("holds a walk over all threads where it rests, for load_monitor's tests");
