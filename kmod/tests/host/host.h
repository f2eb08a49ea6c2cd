/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the module's parts as programs: no kernel, no root, a few seconds. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned long long u64;

struct host_test {
	const char *name;
	void (*run)(void);
};

/* Each program has its own; an empty one ends them. Each test is run in a process of its own. */
extern const struct host_test host_tests[];

#define HOST_TEST(_name) { .name = #_name, .run = _name }

/* The same numbers for the same seed and test, whatever ran before. */
u64 host_random(void);
/* From 0 to @end - 1. */
u64 host_below(u64 end);
/* One in @n. */
bool host_chance(unsigned int n);

/* What is tried now: printed when an expectation after it fails. */
__attribute__((__format__(__printf__, 1, 2))) void host_try(const char *format, ...);

__attribute__((__format__(__printf__, 3, 4), __noreturn__))
void host_fail(const char *file, int line, const char *format, ...);

void host_same(const char *file, int line, const char *expression, long long got,
	       long long expected);
void host_same_text(const char *file, int line, const char *expression, const char *got,
		    const char *expected);

#define EXPECT(_condition, ...) do {							\
	if (!(_condition))								\
		host_fail(__FILE__, __LINE__, "expected: " __VA_ARGS__);		\
} while (0)

#define EXPECT_SAME(_got, _expected) \
	host_same(__FILE__, __LINE__, #_got, (long long)(_got), (long long)(_expected))

#define EXPECT_TEXT(_got, _expected) \
	host_same_text(__FILE__, __LINE__, #_got, _got, _expected)

#endif
