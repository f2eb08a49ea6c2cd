// SPDX-License-Identifier: GPL-2.0-only
/*
 * What presses hard on the module, and takes more or faster hands than a shell has:
 *
 *   press threads COUNT       COUNT sleeping threads; prints "ready" and stays until it is killed;
 *                             at SIGUSR1 all threads but the first end, at SIGUSR2 the one that
 *                             /tmp/turn names becomes another program, in the place of all
 *   press crowd COUNT         COUNT sleeping processes; prints "ready"; SIGTERM ends all
 *   press storm MILLISECONDS  forks and ends processes as fast as it can; prints how many
 *   press victims COUNT GROUP HELD
 *                             COUNT tasks in D named victim, and a forker in the cgroup GROUP that
 *                             is refused; prints "ready"; ends each victim whose pid is in HELD;
 *                             at SIGTERM ends all, prints how many ended in time
 *   press time FILE TEXT      one write() of TEXT; prints the nanoseconds that it took
 *   press trigger FILE SECONDS         writes to the trigger all the time, at most until SIGTERM;
 *                                      prints the answers
 *   press read DEVICE SIZE SECONDS     reads DEVICE with a new open file each time; prints how
 *                                      often what came was not a row of whole dumps
 *   press poll DEVICE SECONDS          waits at the end and reads what comes
 *   press huge FILE           writes of nothing and of up to a megabyte to a knob: EINVAL
 *   press fuzz FILE KIND LEAST MOST COUNT SEED
 *                             COUNT writes of random bytes to a knob. KIND "number" or "load" says
 *                             what it takes, LEAST and MOST the range. Anything else must be EINVAL
 *                             and leave the value alone.
 *   press fuzz-reason TRIGGER COUNT SEED
 *                             the same for reasons; good ones are taken or refused as busy
 *   press reload MODULE PARAMETERS COUNT  loads and unloads a module so many times
 *   press fail-load MODULE PARAMETERS  loads a module again and again; each time another allocation
 *                             fails (fault injection), until none is left to fail
 *   press fail-open FILE      the same for an open() and a read()
 *   press trapped FILE        an open() by a process that is made to fail; prints the error
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "press.h"

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";
	char **a = arguments;

	if (count == 3 && !strcmp(act, "threads"))
		return press_threads(atoi(a[2]));
	if (count == 3 && !strcmp(act, "crowd"))
		return press_crowd(atoi(a[2]));
	if (count == 3 && !strcmp(act, "storm"))
		return press_storm(atoi(a[2]));
	if (count == 5 && !strcmp(act, "victims"))
		return press_victims(atoi(a[2]), a[3], a[4]);
	if (count == 4 && !strcmp(act, "time"))
		return press_time(a[2], a[3]);
	if (count == 4 && !strcmp(act, "trigger"))
		return press_trigger(a[2], atoi(a[3]));
	if (count == 5 && !strcmp(act, "read"))
		return press_read(a[2], strtoul(a[3], NULL, 10), atoi(a[4]));
	if (count == 4 && !strcmp(act, "poll"))
		return press_poll(a[2], atoi(a[3]));
	if (count == 3 && !strcmp(act, "huge"))
		return press_huge(a[2]);
	if (count == 8 && !strcmp(act, "fuzz"))
		return press_fuzz(a[2], !strcmp(a[3], "load"), strtoull(a[4], NULL, 10),
				  strtoull(a[5], NULL, 10), atoi(a[6]), strtoull(a[7], NULL, 10));
	if (count == 5 && !strcmp(act, "fuzz-reason"))
		return press_fuzz_reason(a[2], atoi(a[3]), strtoull(a[4], NULL, 10));
	if (count == 5 && !strcmp(act, "reload"))
		return press_reload(a[2], a[3], atoi(a[4]));
	if (count == 4 && !strcmp(act, "fail-load"))
		return press_fail_load(a[2], a[3]);
	if (count == 3 && !strcmp(act, "fail-open"))
		return press_fail_open(a[2]);
	if (count == 3 && !strcmp(act, "trapped"))
		return press_trapped(a[2]);
	fprintf(stderr, "press: see the head of press/press.c\n");
	return 2;
}
