// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how many thousand times a second this machine's time stamp counter counts. An emulated
 * x86 has the same counter (QEMU's cpu_get_host_ticks()).
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define PAUSE_NS 200000000

struct reading {
	double ns;
	unsigned long long ticks;
};

static struct reading read_once(void)
{
	struct timespec time;
	struct reading reading;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	reading.ticks = __rdtsc();
	reading.ns = time.tv_sec * 1e9 + time.tv_nsec;
	return reading;
}

/* Of some readings the one with the least time lost between clock and counter. */
static struct reading read_both(void)
{
	struct reading best = read_once(), next, after;
	double least = 1e9;

	for (int turn = 0; turn < 20; turn++) {
		next = read_once();
		after = read_once();
		if (after.ns - next.ns < least) {
			least = after.ns - next.ns;
			best = next;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct reading first = read_both(), last;

	nanosleep(&pause, NULL);
	last = read_both();
	printf("%.0f\n", (last.ticks - first.ticks) * 1e6 / (last.ns - first.ns));
	return 0;
}
