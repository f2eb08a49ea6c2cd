// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parks kernel threads in known_outer() -> known_middle() -> known_inner(), each in another state,
 * so that a test knows the right answer frame by frame. What else only a module can do for a test:
 *
 *   parameters/by_bit   counts the threads whose state has the bit TASK_UNINTERRUPTIBLE, and of
 *                       these the idle workers (TASK_NOLOAD), which are no load
 *   parameters/hold     "MS CPU" stops a CPU with interrupts off for so long, CPU -1: all at once
 *   parameters/silence  "MS CPU" the same for one CPU, and does not wait for its end
 *   parameters/cpu_goes whether a CPU is held on its way off line, by slow_cpu
 *
 * When it is loaded its threads are where they are to be, but for those that hop.
 */
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/linkage.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/smp.h>

enum known_kind {
	KNOWN_UNINTERRUPTIBLE,
	KNOWN_IDLE,
	KNOWN_KILLABLE,
	KNOWN_INTERRUPTIBLE,
	KNOWN_SPINNING,
	KNOWN_KINDS,
	/* Not one of each, but many. */
	KNOWN_HOPPING = KNOWN_KINDS,
	KNOWN_LOST,
	/* And its number. */
	KNOWN_DEEP,
};

static const char *const known_names[KNOWN_KINDS] = {
	[KNOWN_UNINTERRUPTIBLE] = "known-d",
	[KNOWN_IDLE] = "known-idle",
	[KNOWN_KILLABLE] = "known-killable",
	[KNOWN_INTERRUPTIBLE] = "known-sleep",
	[KNOWN_SPINNING] = "known-spin",
};

static const unsigned int known_states[KNOWN_KINDS] = {
	[KNOWN_UNINTERRUPTIBLE] = TASK_UNINTERRUPTIBLE,
	[KNOWN_IDLE] = TASK_IDLE,
	[KNOWN_KILLABLE] = TASK_KILLABLE,
	[KNOWN_INTERRUPTIBLE] = TASK_INTERRUPTIBLE,
};

static bool spin;
module_param(spin, bool, 0444);
MODULE_PARM_DESC(spin, "only one thread, and it spins");

static bool first;
module_param(first, bool, 0444);
MODULE_PARM_DESC(first, "with spin: at the first instruction of known_first()");

static unsigned int crowd;
module_param(crowd, uint, 0444);
MODULE_PARM_DESC(crowd, "this many more threads in uninterruptible sleep");

static unsigned int hop;
module_param(hop, uint, 0444);
MODULE_PARM_DESC(hop, "threads that sleep by turns in D in known_left(), in S in known_right()");

static unsigned int hop_us = 20000;
module_param(hop_us, uint, 0644);
MODULE_PARM_DESC(hop_us, "how long each of them sleeps in one place, in microseconds");

static unsigned int deep;
module_param(deep, uint, 0444);
MODULE_PARM_DESC(deep, "this many threads in D, each with another stack of known_deep()");

static unsigned int deep_frames = 80;
module_param(deep_frames, uint, 0444);
MODULE_PARM_DESC(deep_frames, "how often known_deep() calls itself");

static bool lost;
module_param(lost, bool, 0444);
MODULE_PARM_DESC(lost, "a thread in D whose stack ends in known_lost(), for who reads it");

static unsigned int slow_cpu;
module_param(slow_cpu, uint, 0444);
MODULE_PARM_DESC(slow_cpu, "a CPU that goes off line takes so many milliseconds more");

static bool probed;
module_param(probed, bool, 0444);
MODULE_PARM_DESC(probed, "with a return probe on known_inner()");

static bool park = true;
module_param(park, bool, 0444);
MODULE_PARM_DESC(park, "one thread parked in each state");

/* The longest that a test needs, and shorter than what any watchdog looks for. */
#define KNOWN_HOLD_MAX_MS 1000

static unsigned int known_state(const struct task_struct *task)
{
#ifdef KNOWN_HAVE___STATE
	return READ_ONCE(task->__state);
#else
	return READ_ONCE(task->state);
#endif
}

static int known_by_bit(char *page, const struct kernel_param *parameter)
{
	struct task_struct *process, *thread;
	unsigned int by_bit = 0, idle = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (!(known_state(thread) & TASK_UNINTERRUPTIBLE))
			continue;
		by_bit++;
		idle += !!(known_state(thread) & TASK_NOLOAD);
	}
	rcu_read_unlock();
	return sysfs_emit(page, "%u %u\n", by_bit, idle);
}

static const struct kernel_param_ops known_by_bit_ops = { .get = known_by_bit };
module_param_cb(by_bit, &known_by_bit_ops, NULL, 0444);
MODULE_PARM_DESC(by_bit, "threads with the bit TASK_UNINTERRUPTIBLE; idle ones of these");

/* Not mdelay(): on a busy host a guest takes its CPUs for slow ones, and then that is short. */
static void known_hold_here(void *milliseconds)
{
	u64 end = ktime_get_mono_fast_ns() + (unsigned long)milliseconds * NSEC_PER_MSEC;

	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

static int known_hold(const char *text, const struct kernel_param *parameter)
{
	unsigned long milliseconds;
	int cpu;

	if (sscanf(text, "%lu %d", &milliseconds, &cpu) != 2 || milliseconds > KNOWN_HOLD_MAX_MS)
		return -EINVAL;
	if (cpu >= 0)
		return smp_call_function_single(cpu, known_hold_here, (void *)milliseconds, 1);
	on_each_cpu(known_hold_here, (void *)milliseconds, 1);
	return 0;
}

static const struct kernel_param_ops known_hold_ops = { .set = known_hold };
module_param_cb(hold, &known_hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "\"MS CPU\" stops a CPU with interrupts off");

static bool known_is_silent;
static call_single_data_t known_silence_call;

static void known_silence_here(void *milliseconds)
{
	known_hold_here(milliseconds);
	/* The last that it does with this module: known_exit() waits for it. */
	smp_store_release(&known_is_silent, false);
}

static int known_silence(const char *text, const struct kernel_param *parameter)
{
	unsigned long milliseconds;
	int cpu, result;

	if (sscanf(text, "%lu %d", &milliseconds, &cpu) != 2 || milliseconds > KNOWN_HOLD_MAX_MS)
		return -EINVAL;
	if (cmpxchg(&known_is_silent, false, true))
		return -EBUSY;
	known_silence_call.func = known_silence_here;
	known_silence_call.info = (void *)milliseconds;
	result = smp_call_function_single_async(cpu, &known_silence_call);
	if (result)
		WRITE_ONCE(known_is_silent, false);
	return result;
}

static const struct kernel_param_ops known_silence_ops = { .set = known_silence };
module_param_cb(silence, &known_silence_ops, NULL, 0200);
MODULE_PARM_DESC(silence, "\"MS CPU\" stops a CPU with interrupts off, and returns at once");

static int known_slow_state;

static bool cpu_goes;
module_param(cpu_goes, bool, 0444);
MODULE_PARM_DESC(cpu_goes, "a CPU is held on its way off line");

static int known_slow_down(unsigned int cpu)
{
	WRITE_ONCE(cpu_goes, true);
	msleep(slow_cpu);
	WRITE_ONCE(cpu_goes, false);
	return 0;
}

static struct kretprobe known_probe = {
	.kp.symbol_name = "known_inner",
};

static struct task_struct *known_threads[KNOWN_KINDS];
static struct task_struct **known_crowd;
static unsigned int known_crowd_size;

/* How many came to known_inner(). */
static atomic_t known_arrived = ATOMIC_INIT(0);

/* The crowd, all at once: one after the other takes seconds where others want the CPU. */
static bool known_leaves;

static bool known_should_stop(void)
{
	return READ_ONCE(known_leaves) || kthread_should_stop();
}

/*
 * A loop back to the very first instruction of a function, which is where an interrupt finds it.
 * What lies right before it in memory is another function.
 */
asmlinkage void known_first(unsigned long times);

asm(".pushsection .text, \"ax\"\n"
	".type known_before, @function\n"
	"known_before:\n"
#ifdef CONFIG_X86
	"	int3\n"
	".size known_before, . - known_before\n"
	".type known_first, @function\n"
	"known_first:\n"
	"	dec %rdi\n"
	"	jnz known_first\n"
#ifdef ASM_RET
	"	" ASM_RET "\n"
#else
	"	ret\n"
#endif
#else
	"	brk #1\n"
	".size known_before, . - known_before\n"
	".type known_first, @function\n"
	"known_first:\n"
	"	subs x0, x0, #1\n"
	"	b.ne known_first\n"
	"	ret\n"
#endif
	".size known_first, . - known_first\n"
	".popsection\n");

static noinline void known_inner(enum known_kind kind)
{
	if (kind == KNOWN_SPINNING) {
		atomic_inc(&known_arrived);
		while (!known_should_stop()) {
			if (first)
				known_first(100000);
			cpu_relax();
			/*
			 * Before a kernel that preempts optimizes a probe, it waits until
			 * every thread gave up its CPU by itself, and who loads a module
			 * waits for that: for this thread, for ever.
			 */
			rcu_tasks_classic_qs(current, false);
			if (need_resched())
				cond_resched();
		}
		return;
	}
	set_current_state(known_states[kind]);
	atomic_inc(&known_arrived);
	while (!known_should_stop()) {
		schedule();
		set_current_state(known_states[kind]);
	}
	__set_current_state(TASK_RUNNING);
}

static void known_nap(unsigned int state)
{
	ktime_t time = ns_to_ktime((u64)READ_ONCE(hop_us) * NSEC_PER_USEC);

	set_current_state(state);
	schedule_hrtimeout(&time, HRTIMER_MODE_REL);
}

static noinline void known_left(void)
{
	known_nap(TASK_UNINTERRUPTIBLE);
	barrier();
}

static noinline void known_right(void)
{
	known_nap(TASK_INTERRUPTIBLE);
	barrier();
}

/* The empty statements keep the calls from becoming jumps. */
static noinline void known_middle(enum known_kind kind)
{
	known_inner(kind);
	barrier();
}

static noinline void known_outer(enum known_kind kind)
{
	known_middle(kind);
	barrier();
}

/*
 * The bits of @number are its way through the last calls: each with another way has another stack.
 * What is before and behind the two calls differs, so they stay two.
 */
static noinline void known_deep(unsigned int left, unsigned int number)
{
	if (!left) {
		known_inner(KNOWN_UNINTERRUPTIBLE);
	} else if (left < 16 && (number >> left) & 1) {
		asm volatile("" : : "i"(1));
		known_deep(left - 1, number);
		asm volatile("" : : "i"(2));
	} else {
		asm volatile("" : : "i"(3));
		known_deep(left - 1, number);
		asm volatile("" : : "i"(4));
	}
	barrier();
}

/* While it sleeps nothing on its stack leads back to who called it. */
static noinline void known_lost(void)
{
#ifdef CONFIG_X86
	unsigned long *back = (unsigned long *)__builtin_frame_address(0) + 1;
	unsigned long saved = READ_ONCE(*back);

	WRITE_ONCE(*back, 0);
	known_inner(KNOWN_UNINTERRUPTIBLE);
	WRITE_ONCE(*back, saved);
#else
	known_inner(KNOWN_UNINTERRUPTIBLE);
#endif
	barrier();
}

static int known_thread(void *argument)
{
	long kind = (long)argument;

	if (kind >= KNOWN_DEEP) {
		known_deep(deep_frames, (kind - KNOWN_DEEP) << 1);
		return 0;
	}
	if (kind == KNOWN_LOST) {
		known_lost();
		return 0;
	}
	if (kind != KNOWN_HOPPING) {
		known_outer((enum known_kind)kind);
		return 0;
	}
	while (!known_should_stop()) {
		known_left();
		known_right();
	}
	return 0;
}

static void known_stop(void)
{
	unsigned int i;
	int kind;

	for (kind = 0; kind < KNOWN_KINDS; kind++)
		if (known_threads[kind])
			kthread_stop(known_threads[kind]);
	WRITE_ONCE(known_leaves, true);
	for (i = 0; i < known_crowd_size; i++)
		wake_up_process(known_crowd[i]);
	for (i = 0; i < known_crowd_size; i++) {
		kthread_stop(known_crowd[i]);
		put_task_struct(known_crowd[i]);
	}
	kvfree(known_crowd);
}

/* Those that hop come last: a dump looks at them first a walk of all others after it saw them. */
static int __init known_gather(void)
{
	unsigned int most = crowd + deep + lost + hop;
	struct task_struct *thread;
	const char *name;
	long kind;

	if (!most)
		return 0;
	known_crowd = kvcalloc(most, sizeof(*known_crowd), GFP_KERNEL);
	if (!known_crowd)
		return -ENOMEM;
	while (known_crowd_size < most) {
		name = "known-hop";
		kind = KNOWN_HOPPING;
		if (known_crowd_size < crowd) {
			name = "known-crowd";
			kind = KNOWN_UNINTERRUPTIBLE;
		} else if (known_crowd_size < crowd + deep) {
			name = "known-deep";
			kind = KNOWN_DEEP + known_crowd_size - crowd;
		} else if (known_crowd_size < crowd + deep + lost) {
			name = "known-lost";
			kind = KNOWN_LOST;
		}
		thread = kthread_run(known_thread, (void *)kind, "%s", name);
		if (IS_ERR(thread))
			return PTR_ERR(thread);
		/* It may leave before it is waited for. */
		get_task_struct(thread);
		known_crowd[known_crowd_size++] = thread;
	}
	return 0;
}

static bool __init known_is_asleep(const struct task_struct *thread)
{
#ifdef KNOWN_HAVE_SCHED_DELAYED
	/* For the scheduler's accounts still in the queue. */
	if (READ_ONCE(thread->se.sched_delayed))
		return true;
#endif
	return !READ_ONCE(thread->on_rq);
}

static bool __init known_have_settled(void)
{
	unsigned int i, sleepers = crowd + deep + lost;
	int kind, expected = sleepers;

	for (kind = 0; kind < KNOWN_KINDS; kind++)
		expected += !!known_threads[kind];
	if (atomic_read(&known_arrived) < expected)
		return false;
	for (kind = 0; kind < KNOWN_SPINNING; kind++)
		if (known_threads[kind] && !known_is_asleep(known_threads[kind]))
			return false;
	for (i = 0; i < sleepers; i++)
		if (!known_is_asleep(known_crowd[i]))
			return false;
	return true;
}

/* As long as a busy host may keep them from it. */
static int __init known_settle(void)
{
	unsigned long end = jiffies + 60 * HZ;

	while (!known_have_settled()) {
		if (time_after(jiffies, end)) {
			pr_err("known_stack: %d threads arrived, and not all are asleep\n",
			       atomic_read(&known_arrived));
			return -ETIMEDOUT;
		}
		usleep_range(1000, 2000);
	}
	return 0;
}

static int __init known_init(void)
{
	struct task_struct *thread;
	long kind;
	int result;

	if (probed) {
		result = register_kretprobe(&known_probe);
		if (result)
			return result;
	}
	for (kind = 0; kind < KNOWN_KINDS; kind++) {
		bool spins = kind == KNOWN_SPINNING;

		if (spins != spin || !park)
			continue;
		thread = kthread_run(known_thread, (void *)kind, "%s", known_names[kind]);
		if (IS_ERR(thread)) {
			known_stop();
			return PTR_ERR(thread);
		}
		known_threads[kind] = thread;
	}
	result = known_gather();
	if (!result)
		result = known_settle();
	if (!result && slow_cpu) {
		known_slow_state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "known:slow",
							     NULL, known_slow_down);
		result = min(known_slow_state, 0);
	}
	if (result)
		known_stop();
	return result;
}

static void __exit known_exit(void)
{
	if (slow_cpu)
		cpuhp_remove_state_nocalls(known_slow_state);
	/* Set in known_silence_here(). */
	while (smp_load_acquire(&known_is_silent))
		msleep(20);
	/* It may still be on its way out of known_silence_here(). */
	synchronize_rcu();
	known_stop();
	if (probed)
		unregister_kretprobe(&known_probe);
}

module_init(known_init);
module_exit(known_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests: kernel threads with known stacks");
