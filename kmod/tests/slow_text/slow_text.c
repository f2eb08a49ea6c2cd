// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stops load_monitor between its look and the text, so that tasks can end or change meanwhile. With
 * "state" at 1 the next dump stops there, asleep, with "state" at 2, until the test writes 0, or
 * for 60 s.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>

enum { SLOW_OFF, SLOW_ARMED, SLOW_HOLDS, SLOW_LOOKS };

#define SLOW_MOST_MS 60000

static unsigned int state;
module_param(state, uint, 0644);
MODULE_PARM_DESC(state, "0 off, 1 armed, 2 while a dump is held, 3 on the way there");

static unsigned int slow_looking;

static int slow_text_before_look(struct kprobe *probe, struct pt_regs *regs);

/* Without one the probe may become a jump, which cannot lead elsewhere. */
static void slow_text_after_look(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe slow_text_probe = {
	.symbol_name = "lm_look",
	.pre_handler = slow_text_before_look,
	.post_handler = slow_text_after_look,
};

/* In place of lm_look(), which is begun from here, and comes upon the probe again. */
static void slow_text_look(void *facts, const struct task_struct *asker)
{
	void (*look)(void *facts, const struct task_struct *asker) = (void *)slow_text_probe.addr;
	ktime_t end;

	look(facts, asker);
	end = ktime_add_ms(ktime_get(), SLOW_MOST_MS);
	WRITE_ONCE(state, SLOW_HOLDS);
	while (READ_ONCE(state) == SLOW_HOLDS && ktime_before(ktime_get(), end))
		schedule_timeout_idle(1);
	WRITE_ONCE(state, SLOW_OFF);
	WRITE_ONCE(slow_looking, 0);
}

static int slow_text_before_look(struct kprobe *probe, struct pt_regs *regs)
{
	if (cmpxchg(&state, SLOW_ARMED, SLOW_LOOKS) != SLOW_ARMED)
		return 0;
	WRITE_ONCE(slow_looking, 1);
	instruction_pointer_set(regs, (unsigned long)slow_text_look);
	return 1;
}

static int __init slow_text_init(void)
{
	return register_kprobe(&slow_text_probe);
}

static void __exit slow_text_exit(void)
{
	WRITE_ONCE(state, SLOW_OFF);
	unregister_kprobe(&slow_text_probe);
	while (READ_ONCE(slow_looking))
		msleep(20);
	/* Its last instructions. */
	msleep(20);
}

module_init(slow_text_init);
module_exit(slow_text_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("holds a dump between its look and its text, for load_monitor's tests");
