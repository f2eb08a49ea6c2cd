/* SPDX-License-Identifier: GPL-2.0-only */
/* Each act returns the program's status; what goes wrong on its way ends the program. */
#ifndef ACT_H
#define ACT_H

#include <stddef.h>

/* For what is read or written next. */
#define BUFFER (1 << 20)
extern char buffer[BUFFER];

/* Ends the program with what errno says of @what. */
void fail(const char *what);
/* "OK" for 0, "EINVAL" and so on. */
const char *name_of(int error);
/* \n, \\, \" and \xNN stand for bytes; returns how many. */
size_t unescape(char *to, const char *from);
int open_or_fail(const char *path, int flags);
long long now_ns(void);
void sleep_ns(long long nanoseconds);

/* process.c */
void become_named(const char *name);
int act_vfork(const char *name);
int act_spin(const char *name);
void become(int user, int group);
int act_states(const char *pid);
int act_thread(const char *name);
int act_deadline(const char *name, int runtime_ms, int period_ms);

/* bpf.c */
int act_bpf(const char *name);

/* nap.c */
int act_nap(const char *tasks, int nappers, int us, int spinners, int looks);

/* knob.c */
int act_write(const char *path, const char *text);
/* From here on without CAP_SYS_ADMIN. */
void lose_power(void);
int act_refuse(const char *path, char **texts);
int act_open(const char *path, int user, int group);
int act_many(const char *trigger, int times);

/* device.c */
int act_read(const char *path, size_t size);
int act_take(const char *trigger, const char *device, const char *reason);
int act_newest(const char *trigger, const char *device, const char *reason);
int act_keep(const char *trigger, const char *device, const char *reason, int count);
int act_wait(const char *path, int milliseconds);
int act_tail(const char *path, int milliseconds);
int act_overtake(const char *device, const char *trigger, int count);
int act_seek(const char *device);

/* tick.c */
int act_ticks(const char *knobs, int count);
int act_hold(const char *path, const char *what, long long period, const char *history);

/* disk.c */
int act_disk(const char *what, const char *name);

#endif
