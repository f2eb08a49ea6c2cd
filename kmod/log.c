// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "log.h"
#include "news.h"
#include "ring.h"
#include "symbols.h"

/*
 * A slow console takes a second and more for a dump: a thread of its own, of ordinary priority,
 * that reads like any other reader. So no dump waits for the console.
 */
static struct task_struct *lm_log_thread;
static const bool *lm_log_wanted;

static void lm_log_print(u32 first)
{
	/* The thread's own. */
	static char line[LM_SYMBOL_MAX];
	unsigned int used = 0, i;
	u32 chunk;

	for (chunk = first; chunk; chunk = lm_chunk_next(chunk)) {
		const char *bytes = lm_chunk_bytes(chunk);

		for (i = 0; i < lm_chunk_used(chunk); i++) {
			if (bytes[i] != '\n' && used < sizeof(line) - 1) {
				line[used++] = bytes[i];
				continue;
			}
			line[used] = '\0';
			pr_info("%s\n", line);
			used = 0;
			if (bytes[i] != '\n')
				line[used++] = bytes[i];
			cond_resched();
		}
	}
}

/* Dumps that are taken while nobody wants them in the log are passed over. */
static bool lm_log_has_news(u64 *next_id)
{
	if (!READ_ONCE(*lm_log_wanted))
		*next_id = lm_ring_last_id() + 1;
	return lm_ring_last_id() >= *next_id;
}

static void lm_log_next(u64 *next_id)
{
	u64 wanted = *next_id;
	struct lm_dump *dump = lm_ring_get(wanted, next_id);

	if (!dump)
		return;
	if (lm_dump_id(dump) != wanted)
		pr_info("%llu dumps were gone before they could be printed\n",
			lm_dump_id(dump) - wanted);
	lm_log_print(lm_dump_first(dump));
	lm_ring_put(dump);
}

static int lm_log_loop(void *unused)
{
	u64 next_id = lm_ring_last_id() + 1;

	/* Idle, not uninterruptible: waiting for work is no load. */
	for (;;) {
		wait_event_idle(lm_news_wait,
				kthread_should_stop() || lm_log_has_news(&next_id));
		if (kthread_should_stop())
			return 0;
		lm_log_next(&next_id);
	}
}

int lm_log_init(const bool *wanted)
{
	lm_log_wanted = wanted;
	lm_log_thread = kthread_run(lm_log_loop, NULL, "loadmon_log");
	return PTR_ERR_OR_ZERO(lm_log_thread);
}

void lm_log_exit(void)
{
	kthread_stop(lm_log_thread);
}
