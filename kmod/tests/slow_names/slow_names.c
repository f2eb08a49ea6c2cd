// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stops load_monitor between the moment when all stacks are read and the one when the first name is
 * looked up, so that a test can do meanwhile what otherwise takes a rare chance. With "state" at 1
 * the next dump stops there and sets it to 2; it goes on when the test writes 0, or after 15 s.
 * With "symbol" it stops at another function.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/processor.h>

enum { SLOW_OFF, SLOW_ARMED, SLOW_HOLDS };

#define SLOW_MOST_MS 15000

static unsigned int state;
module_param(state, uint, 0644);
MODULE_PARM_DESC(state, "0 off, 1 armed, 2 while a dump is held");

static char *symbol = "lm_symbols_name";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function of load_monitor's to stop at");

/*
 * It spins with preemption off; the test has the other CPU. A probe may ask no other clock than the
 * one for NMIs.
 */
static int slow_names_before(struct kprobe *probe, struct pt_regs *regs)
{
	u64 end = ktime_get_mono_fast_ns() + SLOW_MOST_MS * NSEC_PER_MSEC;

	if (cmpxchg(&state, SLOW_ARMED, SLOW_HOLDS) != SLOW_ARMED)
		return 0;
	while (READ_ONCE(state) == SLOW_HOLDS && ktime_get_mono_fast_ns() < end)
		cpu_relax();
	WRITE_ONCE(state, SLOW_OFF);
	return 0;
}

static struct kprobe slow_names_probe = {
	.pre_handler = slow_names_before,
};

static int __init slow_names_init(void)
{
	slow_names_probe.symbol_name = symbol;
	return register_kprobe(&slow_names_probe);
}

static void __exit slow_names_exit(void)
{
	WRITE_ONCE(state, SLOW_OFF);
	unregister_kprobe(&slow_names_probe);
}

module_init(slow_names_init);
module_exit(slow_names_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("holds a dump before it looks up names, for load_monitor's tests");
