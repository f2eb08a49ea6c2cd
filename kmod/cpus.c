// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "cpus.h"

/* A healthy CPU answers within microseconds; one that masks interrupts may never. */
#define LM_ANSWER_NS (20 * NSEC_PER_MSEC)

/* Short enough to spin: an emulated or busy host's CPUs take that long. */
#define LM_SPIN_NS (100 * NSEC_PER_USEC)

/* CPU hotplug is rare and may hang: wait this often, a millisecond each, then do without. */
#define LM_HOTPLUG_TRIES 10

/*
 * A question belongs to the asker while it is LM_FREE or LM_DONE, and to the CPU while it is
 * LM_ASKED or LM_ABANDONED. So a late answer finds its own memory untouched and cleans up itself.
 */
enum lm_question_state {
	LM_FREE,
	LM_ASKED,
	LM_DONE,
	LM_ABANDONED,
};

struct lm_question {
	call_single_data_t csd;
	atomic_t state;
	struct lm_cpu cpu;
	u64 took_ns;
};

static struct lm_question __percpu *lm_questions;

/* Who asks is their only user. */
static struct cpumask lm_silent;
static struct cpumask lm_hotplugged;

/* Hard interrupt. Raw atomics only, so that it is fit for PREEMPT_RT too; the asker polls. */
static void lm_cpu_answer(void *info)
{
	struct lm_question *question = info;
	u64 begin = ktime_get_mono_fast_ns();
	struct task_struct *task = current;

	question->cpu.task = NULL;
	if (!is_idle_task(task)) {
		get_task_struct(task);
		question->cpu.task = task;
		lm_unwind_interrupted(&question->cpu.below);
	}
	question->took_ns = ktime_get_mono_fast_ns() - begin;
	if (atomic_cmpxchg(&question->state, LM_ASKED, LM_DONE) == LM_ASKED)
		return;
	/* Too late. Not the last reference: the task is running right here. */
	if (question->cpu.task)
		put_task_struct(question->cpu.task);
	question->cpu.task = NULL;
	atomic_set_release(&question->state, LM_FREE);
}

static bool lm_cpus_open(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (atomic_read_acquire(&per_cpu_ptr(lm_questions, cpu)->state) == LM_ASKED)
			return true;
	return false;
}

static void lm_cpus_wait(void)
{
	u64 begin = ktime_get_ns();
	u64 waited;

	while (lm_cpus_open()) {
		waited = ktime_get_ns() - begin;
		if (waited > LM_ANSWER_NS)
			return;
		if (waited < LM_SPIN_NS)
			cpu_relax();
		else
			lm_doze(50);
	}
}

static void lm_cpu_ask(unsigned int cpu)
{
	struct lm_question *question = per_cpu_ptr(lm_questions, cpu);

	if (lm_cpu_isolated(cpu)) {
		question->cpu.answer = LM_CPU_ISOLATED;
		return;
	}
	question->cpu.answer = LM_CPU_SILENT;
	/* Still open from an earlier dump: the call data are in the CPU's queue. */
	if (atomic_read_acquire(&question->state) != LM_FREE)
		return;
	atomic_set(&question->state, LM_ASKED);
	if (smp_call_function_single_async(cpu, &question->csd))
		atomic_set(&question->state, LM_FREE);
}

static void lm_cpus_reset(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu_ptr(lm_questions, cpu)->cpu.answer = LM_CPU_NOT_ASKED;
}

void lm_cpus_begin(void)
{
	lm_cpus_reset();
	cpumask_clear(&lm_silent);
	cpumask_clear(&lm_hotplugged);
}

const struct cpumask *lm_cpus_silent(void)
{
	return &lm_silent;
}

unsigned int lm_cpus_unanswered(void)
{
	/* Of the second question maybe, to one that was silent at the first. */
	return cpumask_weight(&lm_silent) + cpumask_weight(&lm_hotplugged);
}

static bool lm_cpus_hold_hotplug(void)
{
	int tries;

	for (tries = 0; tries < LM_HOTPLUG_TRIES; tries++) {
		if (cpus_read_trylock())
			return true;
		lm_doze(1000);
	}
	return false;
}

/*
 * Preemption stays on: on a machine with thousands of CPUs this takes milliseconds. So this thread
 * may move on its way; it leaves out where it is. (The CPU that it came from runs what it had
 * pushed off; who was missed is asked for by the second question.) Held off, hotplug cannot take
 * away a CPU between the check and the question; one that goes afterwards answers on its way.
 */
static void lm_cpus_send(const struct cpumask *asked)
{
	unsigned int cpu;

	if (!lm_cpus_hold_hotplug()) {
		for_each_cpu(cpu, asked) {
			if (cpu == raw_smp_processor_id() || !cpu_online(cpu))
				continue;
			per_cpu_ptr(lm_questions, cpu)->cpu.answer = LM_CPU_HOTPLUG;
			if (!cpumask_test_cpu(cpu, &lm_silent))
				cpumask_set_cpu(cpu, &lm_hotplugged);
		}
		return;
	}
	for_each_cpu(cpu, asked)
		if (cpu != raw_smp_processor_id() && cpu_online(cpu))
			lm_cpu_ask(cpu);
	cpus_read_unlock();
}

static void lm_cpus_collect(u64 *irq_off_max_ns)
{
	struct lm_question *question;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		question = per_cpu_ptr(lm_questions, cpu);
		if (atomic_read_acquire(&question->state) == LM_DONE) {
			question->cpu.answer = LM_CPU_ANSWERED;
			*irq_off_max_ns = max(*irq_off_max_ns, question->took_ns);
		} else if (question->cpu.answer == LM_CPU_SILENT) {
			/* An answer in this very moment stays LM_DONE and is seen as silent. */
			atomic_cmpxchg(&question->state, LM_ASKED, LM_ABANDONED);
			cpumask_set_cpu(cpu, &lm_silent);
			cpumask_clear_cpu(cpu, &lm_hotplugged);
		}
	}
}

void lm_cpus_ask(const struct cpumask *asked, u64 *irq_off_max_ns)
{
	lm_cpus_reset();
	if (cpumask_empty(asked))
		return;
	lm_cpus_send(asked);
	lm_cpus_wait();
	lm_cpus_collect(irq_off_max_ns);
}

const struct lm_cpu *lm_cpus_get(unsigned int cpu)
{
	return &per_cpu_ptr(lm_questions, cpu)->cpu;
}

void lm_cpus_forget(void)
{
	struct lm_question *question;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		question = per_cpu_ptr(lm_questions, cpu);
		if (atomic_read_acquire(&question->state) != LM_DONE)
			continue;
		if (question->cpu.task)
			put_task_struct(question->cpu.task);
		question->cpu.task = NULL;
		atomic_set(&question->state, LM_FREE);
	}
}

int lm_cpus_init(void)
{
	struct lm_question *question;
	unsigned int cpu;

	lm_questions = alloc_percpu(struct lm_question);
	if (!lm_questions)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		question = per_cpu_ptr(lm_questions, cpu);
		lm_csd_setup(&question->csd, lm_cpu_answer, question);
		atomic_set(&question->state, LM_FREE);
	}
	return 0;
}

/* An open question keeps this code and its memory in use: unloading waits for the answer. */
void lm_cpus_exit(void)
{
	unsigned int cpu;

	lm_cpus_forget();
	for_each_possible_cpu(cpu)
		while (atomic_read_acquire(&per_cpu_ptr(lm_questions, cpu)->state) != LM_FREE)
			lm_doze(20 * USEC_PER_MSEC);
	/* The last answer may still be on its way out of lm_cpu_answer(). */
	synchronize_rcu();
	free_percpu(lm_questions);
}
