// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's load ticks, waited for without taking a CPU. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act.h"

/* What is in a short file; valid until the next call. */
static char *text_of(const char *path)
{
	static char text[8192];
	int file = open_or_fail(path, O_RDONLY);
	ssize_t got = read(file, text, sizeof(text) - 1);

	if (got < 0)
		fail(path);
	close(file);
	text[got] = '\0';
	return text;
}

struct tick {
	long long ns;
	int active;
};

static struct tick newest_tick(const char *history)
{
	struct tick tick = { 0, -1 };
	char *text = text_of(history);
	size_t length = strlen(text);

	if (length < 2)
		return tick;
	text[length - 1] = '\0';
	text = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
	if (sscanf(text, "%lld %d", &tick.ns, &tick.active) != 2)
		fail(history);
	return tick;
}

static int load_now(const char *tasks)
{
	int running, uninterruptible;

	if (sscanf(text_of(tasks), "running %d uninterruptible %d",
		   &running, &uninterruptible) != 2)
		fail(tasks);
	return running + uninterruptible;
}

/*
 * Until shortly before the tick after this one: a tick comes 5 s and one jiffy after another. To
 * look all the time costs an emulated CPU.
 */
static void sleep_until_almost(struct tick next_after)
{
	const long long almost = 4900000000LL;

	if (next_after.ns && next_after.ns + almost > now_ns())
		sleep_ns(next_after.ns + almost - now_ns());
}

int act_ticks(const char *knobs, int count)
{
	char history[256], tasks[256], average[64];
	long long changed = 0;
	struct tick last, tick;

	snprintf(history, sizeof(history), "%s/history", knobs);
	snprintf(tasks, sizeof(tasks), "%s/tasks", knobs);
	snprintf(average, sizeof(average), "%.14s", text_of("/proc/loadavg"));
	last = newest_tick(history);
	sleep_until_almost(last);
	while (count) {
		sleep_ns(1000000);
		if (!changed && strncmp(average, text_of("/proc/loadavg"), strlen(average)))
			changed = now_ns();
		tick = newest_tick(history);
		if (tick.ns == last.ns)
			continue;
		printf("tick active=%d tasks=%d late_ms=%lld\n", tick.active, load_now(tasks),
		       changed ? (now_ns() - changed) / 1000000 : 0);
		fflush(stdout);
		snprintf(average, sizeof(average), "%.14s", text_of("/proc/loadavg"));
		changed = 0;
		last = tick;
		if (--count)
			sleep_until_almost(last);
	}
	return 0;
}

int act_hold(const char *path, const char *what, long long period, const char *history)
{
	int file = open_or_fail(path, O_WRONLY);

	sleep_ns(newest_tick(history).ns + period - 100000000 - now_ns());
	if (write(file, what, strlen(what)) < 0)
		fail(path);
	return 0;
}
