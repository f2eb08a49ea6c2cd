/* SPDX-License-Identifier: GPL-2.0-only */
/* Each way to press returns the program's status; what goes wrong on its way ends the program. */
#ifndef PRESS_H
#define PRESS_H

#include <stddef.h>

#define PAGE 4096

/* For what is read or written next. */
#define BUFFER (1 << 20)
extern char buffer[BUFFER];

/* Ends the program with what errno says of @what. */
void fail(const char *what);
int open_or_fail(const char *path, int flags);
unsigned long long now_ns(void);

/* tasks.c */
int press_threads(int count);
int press_crowd(int count);
int press_storm(int milliseconds);

/* victims.c */
int press_victims(int count, const char *group, const char *held);

/* trigger.c */
int press_time(const char *path, const char *text);
int press_trigger(const char *path, int seconds);

/* stream.c */
int press_read(const char *path, size_t size, int seconds);
int press_poll(const char *path, int seconds);

/* memory.c */
int press_reload(const char *path, const char *parameters, int count);
int press_fail_load(const char *path, const char *parameters);
int press_fail_open(const char *path);
int press_trapped(const char *path);

/* fuzz.c */
int press_huge(const char *path);
int press_fuzz(const char *path, int is_load, unsigned long long least,
	       unsigned long long most, int count, unsigned long long seed);
int press_fuzz_reason(const char *path, int count, unsigned long long seed);

#endif
