// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stops load_monitor before each stack that it reads of a task named "victim", after it took hold
 * of that stack: as a virtual CPU that its host takes away does. "held" is the pid of that task
 * then, so that a test can end it; it goes on when the test writes 0, or after a second.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>

#define SLOW_MOST_MS 1000

static int held;
module_param(held, int, 0644);
MODULE_PARM_DESC(held, "pid of the task whose stack is about to be read, or 0");

static char *symbol = "lm_unwinder_walk";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function of load_monitor's to stop at; its first argument a task");

/*
 * It spins with preemption off; the test has the other CPU. A probe may ask no other clock than the
 * one for NMIs.
 */
static int slow_stacks_before(struct kprobe *probe, struct pt_regs *regs)
{
	struct task_struct *task = (struct task_struct *)regs_get_kernel_argument(regs, 0);
	u64 end = ktime_get_mono_fast_ns() + SLOW_MOST_MS * NSEC_PER_MSEC;

	if (strncmp(task->comm, "victim", TASK_COMM_LEN))
		return 0;
	WRITE_ONCE(held, task->pid);
	while (READ_ONCE(held) && ktime_get_mono_fast_ns() < end)
		cpu_relax();
	WRITE_ONCE(held, 0);
	return 0;
}

static struct kprobe slow_stacks_probe = {
	.pre_handler = slow_stacks_before,
};

static int __init slow_stacks_init(void)
{
	slow_stacks_probe.symbol_name = symbol;
	return register_kprobe(&slow_stacks_probe);
}

static void __exit slow_stacks_exit(void)
{
	unregister_kprobe(&slow_stacks_probe);
}

module_init(slow_stacks_init);
module_exit(slow_stacks_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("holds a dump while tasks end whose stacks it reads, for load_monitor's tests");
