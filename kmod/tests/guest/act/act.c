// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a shell in the guest cannot do by itself:
 *
 *   act vfork [NAME]      a vfork() whose child never returns: the parent sleeps in D, under the
 *                         name NAME; \n, \\, \" and \xNN stand for bytes
 *   act spin NAME         spins under the name NAME with the same escapes
 *   act bpf NAME          spins in a BPF program under the name NAME with the same escapes
 *   act thread NAME       a process whose second thread spins under the name NAME
 *   act deadline NAME RUNTIME_MS PERIOD_MS
 *                         spins under the name NAME, as SCHED_DEADLINE, so long in each period,
 *                         until SIGTERM
 *   act nap TASKS NAPPERS US SPINNERS LOOKS
 *                         so many processes that work for 0.3 ms and nap for US microseconds, up to
 *                         twice that, and that spin; looks so often at what the kernel and the file
 *                         TASKS count as running; prints the means, in hundredths
 *   act write FILE TEXT [UID GID]
 *                         one write() of TEXT with the same escapes; prints the error's name
 *   act powerless FILE TEXT
 *                         the same by a root without CAP_SYS_ADMIN
 *   act refuse FILE TEXT...
 *                         one write() of each TEXT with the same escapes, each by an open file of
 *                         its own; prints a line for each that was no EINVAL, and for each after
 *                         which the file reads otherwise; then how many were refused
 *   act read FILE SIZE    reads to the end with read()s of SIZE bytes
 *   act wait FILE MS      reads FILE, polls for POLLPRI, prints "woken" or "timeout" and the text
 *   act tail FILE MS      goes to the end of FILE, polls it for POLLIN, then prints what is there
 *   act overtake DEVICE TRIGGER COUNT
 *                         reads one byte, writes COUNT times to TRIGGER, reads on to the end
 *   act take TRIGGER DEVICE REASON
 *                         takes a dump with the same escapes and prints it, and nothing older
 *   act newest TRIGGER DEVICE REASON
 *                         the same, but prints one dump only, when another one came with it
 *   act keep TRIGGER DEVICE REASON COUNT
 *                         takes so many dumps, reads one byte of each by an open file of its own,
 *                         prints "kept COUNT", and holds on to the rest for ever; when there is no
 *                         dump, it ends and prints the error's name and how many it had
 *   act many TRIGGER TIMES
 *                         writes TIMES times to TRIGGER, prints how many went well and not
 *   act seek DEVICE       reads DEVICE, again after a seek to 0, and after one to the end
 *   act open FILE UID [GID]
 *                         opens FILE as user UID in the group GID alone; prints the error's name
 *   act ticks KNOBS COUNT waits for COUNT load ticks and prints a line at each: the active tasks by
 *                         history and, right then, by the file tasks; how many milliseconds after
 *                         /proc/loadavg the history had it; both looked at each millisecond when
 *                         the tick is near
 *   act hold FILE TEXT PERIOD_NS HISTORY
 *                         100 ms before the next load tick writes TEXT to FILE
 *   act states PID        looks at a task's state all the time; at SIGTERM, but after 30 s at most,
 *                         prints all that it saw, a letter each
 *   act disk create NAME  a device mapper disk of 1 MiB that answers every request by an error
 *   act disk suspend|resume|remove NAME
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if ((count == 2 || count == 3) && !strcmp(act, "vfork"))
		return act_vfork(count == 3 ? arguments[2] : NULL);
	if (count == 3 && !strcmp(act, "spin"))
		return act_spin(arguments[2]);
	if (count == 3 && !strcmp(act, "bpf"))
		return act_bpf(arguments[2]);
	if (count == 3 && !strcmp(act, "thread"))
		return act_thread(arguments[2]);
	if (count == 5 && !strcmp(act, "deadline"))
		return act_deadline(arguments[2], atoi(arguments[3]), atoi(arguments[4]));
	if (count == 7 && !strcmp(act, "nap"))
		return act_nap(arguments[2], atoi(arguments[3]), atoi(arguments[4]),
			       atoi(arguments[5]), atoi(arguments[6]));
	if (count == 4 && !strcmp(act, "powerless")) {
		lose_power();
		return act_write(arguments[2], arguments[3]);
	}
	if (count == 6 && !strcmp(act, "write"))
		become(atoi(arguments[4]), atoi(arguments[5]));
	if ((count == 4 || count == 6) && !strcmp(act, "write"))
		return act_write(arguments[2], arguments[3]);
	if (count > 3 && !strcmp(act, "refuse"))
		return act_refuse(arguments[2], arguments + 3);
	if (count == 4 && !strcmp(act, "read"))
		return act_read(arguments[2], strtoul(arguments[3], NULL, 10));
	if (count == 5 && !strcmp(act, "take"))
		return act_take(arguments[2], arguments[3], arguments[4]);
	if (count == 5 && !strcmp(act, "newest"))
		return act_newest(arguments[2], arguments[3], arguments[4]);
	if (count == 6 && !strcmp(act, "keep"))
		return act_keep(arguments[2], arguments[3], arguments[4], atoi(arguments[5]));
	if (count == 4 && !strcmp(act, "wait"))
		return act_wait(arguments[2], atoi(arguments[3]));
	if (count == 4 && !strcmp(act, "tail"))
		return act_tail(arguments[2], atoi(arguments[3]));
	if (count == 5 && !strcmp(act, "overtake"))
		return act_overtake(arguments[2], arguments[3], atoi(arguments[4]));
	if (count == 4 && !strcmp(act, "many"))
		return act_many(arguments[2], atoi(arguments[3]));
	if (count == 3 && !strcmp(act, "seek"))
		return act_seek(arguments[2]);
	if ((count == 4 || count == 5) && !strcmp(act, "open"))
		return act_open(arguments[2], atoi(arguments[3]),
				count == 5 ? atoi(arguments[4]) : atoi(arguments[3]));
	if (count == 4 && !strcmp(act, "ticks"))
		return act_ticks(arguments[2], atoi(arguments[3]));
	if (count == 6 && !strcmp(act, "hold"))
		return act_hold(arguments[2], arguments[3], atoll(arguments[4]), arguments[5]);
	if (count == 3 && !strcmp(act, "states"))
		return act_states(arguments[2]);
	if (count == 4 && !strcmp(act, "disk"))
		return act_disk(arguments[2], arguments[3]);
	fprintf(stderr, "act: see the head of act/act.c\n");
	return 2;
}
