// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* A test takes a fraction of a second; one that hangs is to be named, too. */
#define HOST_SECONDS 120

static u64 host_state;
static char host_tried[4096];

u64 host_random(void)
{
	u64 mixed;

	host_state += 0x9e3779b97f4a7c15ULL;
	mixed = (host_state ^ host_state >> 30) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebULL;
	return mixed ^ mixed >> 31;
}

u64 host_below(u64 end)
{
	return host_random() % end;
}

bool host_chance(unsigned int n)
{
	return !host_below(n);
}

void host_try(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(host_tried, sizeof(host_tried), format, arguments);
	va_end(arguments);
}

void host_fail(const char *file, int line, const char *format, ...)
{
	const char *name = strrchr(file, '/');
	va_list arguments;

	printf("# %s:%d: ", name ? name + 1 : file, line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	if (host_tried[0])
		printf("#   tried: %s\n", host_tried);
	fflush(stdout);
	_exit(1);
}

void host_same(const char *file, int line, const char *expression, long long got,
	       long long expected)
{
	if (got != expected)
		host_fail(file, line, "%s: expected %lld, came %lld", expression, expected, got);
}

void host_same_text(const char *file, int line, const char *expression, const char *got,
		    const char *expected)
{
	if (strcmp(got, expected))
		host_fail(file, line, "%s: expected\n%s\n#   came\n%s", expression, expected, got);
}

static bool host_run(const struct host_test *test, u64 seed)
{
	const char *letter;
	int status;
	pid_t child = fork();

	if (child < 0)
		return false;
	if (!child) {
		host_state = seed;
		for (letter = test->name; *letter; letter++)
			host_state = host_state * 31 + (unsigned char)*letter;
		alarm(HOST_SECONDS);
		test->run();
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		return false;
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* PROGRAM SEED VARIANT [NAME]; the variant may be empty. */
int main(int count, char **arguments)
{
	u64 seed = count > 1 ? strtoull(arguments[1], NULL, 10) : 0;
	const char *variant = count > 2 ? arguments[2] : "";
	const char *only = count > 3 ? arguments[3] : NULL;
	const struct host_test *test;
	char name[256];
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (test = host_tests; test->name; test++) {
		snprintf(name, sizeof(name), "%s%s%s", test->name, variant[0] ? ":" : "", variant);
		if (only && strcmp(only, name))
			continue;
		if (host_run(test, seed)) {
			printf("ok %s\n", name);
			continue;
		}
		printf("# again: kmod/tests/run-host --only %s --seed %llu\n", name, seed);
		printf("not ok %s\n", name);
		failed = 1;
	}
	return failed;
}
