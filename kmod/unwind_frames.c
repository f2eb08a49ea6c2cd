// SPDX-License-Identifier: GPL-2.0-only
/* All architectures but x86: the kernel's stack_trace_save_tsk(), or frame pointers on arm64. */
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/ptrace.h>

#include "compat.h"
#include "unwinder.h"

#ifdef LM_HAVE_IRQ_REGS
#include <asm/irq_regs.h>
#endif

#ifdef LM_HAVE_STACK_TRACE_SAVE_TSK

/* This unwinder says nothing about its end: only that there is more than room for. */
unsigned int lm_unwinder_walk(struct task_struct *task, struct lm_frames *frames)
{
	/* One thread takes dumps. */
	static unsigned long all[LM_DEPTH + 1];
	unsigned int depth = stack_trace_save_tsk(task, all, LM_DEPTH + 1, 0);

	frames->exact = 0;
	frames->partial = depth > LM_DEPTH;
	frames->depth = min_t(unsigned int, depth, LM_DEPTH);
	memcpy(frames->address, all, frames->depth * sizeof(*all));
	return frames->depth;
}

#else /* LM_HAVE_FRAME_POINTERS */

#include <asm/pointer_auth.h>

/*
 * arm64 before 6.8 exports no unwinder for another task, but always keeps frame pointers. A frame
 * begins with a record of two words (arch/arm64/include/asm/stacktrace.h, AAPCS64):
 *
 *	[fp + 0]  the caller's frame pointer
 *	[fp + 8]  the address that this function returns to
 *
 * x29 as cpu_switch_to() saved it points to the record of who called that. Frames lie one above the
 * other, so each pointer is larger than the one before: the walk ends. Each record lies within the
 * task's own stack, and is read without a fault if it should be gone.
 */
struct lm_frame_record {
	unsigned long caller;
	unsigned long returns_to;
};

/* Pointer authentication puts a signature into the upper bits of an address that is saved. */
static unsigned long lm_unwinder_address(unsigned long saved)
{
#ifdef LM_HAVE_PTRAUTH_STRIP_KERNEL
	return ptrauth_strip_kernel_insn_pac(saved);
#elif defined(CONFIG_ARM64_PTR_AUTH)
	return ptrauth_strip_insn_pac(saved);
#else
	return saved;
#endif
}

static bool lm_unwinder_read(struct task_struct *task, unsigned long pointer,
			     struct lm_frame_record *record)
{
	unsigned long low = (unsigned long)task_stack_page(task);
	unsigned long high = low + THREAD_SIZE - sizeof(*record);

	return low && pointer >= low && pointer <= high && !(pointer & 7) &&
	       !copy_from_kernel_nofault(record, (void *)pointer, sizeof(*record));
}

/*
 * At the end is the record in the registers with which the task entered the kernel, or with which a
 * kernel thread began: nothing comes after it. Older kernels end a thread's frames by a zero.
 */
static bool lm_unwinder_is_last(struct task_struct *task, unsigned long pointer,
				const struct lm_frame_record *record)
{
	return pointer == (unsigned long)task_pt_regs(task)->stackframe ||
	       (!record->caller && !record->returns_to);
}

unsigned int lm_unwinder_walk(struct task_struct *task, struct lm_frames *frames)
{
	unsigned long pointer = READ_ONCE(task->thread.cpu_context.fp);
	struct lm_frame_record record;

	frames->depth = 0;
	frames->exact = 0;
	frames->partial = true;
	while (frames->depth < LM_DEPTH && lm_unwinder_read(task, pointer, &record)) {
		if (lm_unwinder_is_last(task, pointer, &record)) {
			frames->partial = false;
			break;
		}
		frames->address[frames->depth++] = lm_unwinder_address(record.returns_to);
		if (!record.caller) {
			frames->partial = false;
			break;
		}
		/* Downward or nowhere: the task runs, or the stack is broken. */
		if (record.caller <= pointer)
			break;
		pointer = record.caller;
	}
	return frames->depth;
}

#endif

/*
 * The interrupt's own frames come first. What it interrupted begins with the address that it saved:
 * frames in which that does not occur are of no known task and are dropped.
 */
void lm_unwind_interrupted(struct lm_interrupted *below)
{
	below->known = false;
	below->user = false;
	below->frames.depth = 0;
	below->frames.exact = 0;
	below->frames.partial = false;
#ifdef LM_HAVE_IRQ_REGS
	{
		struct lm_frames *frames = &below->frames;
		struct pt_regs *regs = get_irq_regs();
		unsigned int depth, skip = 0;

		below->known = regs;
		below->user = regs && user_mode(regs);
		if (!regs || below->user)
			return;
		depth = stack_trace_save(frames->address, LM_DEPTH, 0);
		while (skip < depth && frames->address[skip] != instruction_pointer(regs))
			skip++;
		frames->depth = depth - skip;
		frames->exact = 1;
		/* With the interrupt's own frames before it, it had less room than others. */
		frames->partial = depth == LM_DEPTH;
		memmove(frames->address, frames->address + skip,
			frames->depth * sizeof(*frames->address));
	}
#endif
}
