// SPDX-License-Identifier: GPL-2.0-only
/* Tasks by the ten thousand, made in no time and ended in a moment. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "press.h"

/* Of a thread that calls read() and no more; four share a page. */
#define STACK 1024

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void be_on(pid_t who, const cpu_set_t *where)
{
	if (sched_setaffinity(who, sizeof(*where), where))
		fail("sched_setaffinity");
}

/*
 * Makes @count tasks with @make, all on one CPU: to wake another emulated one takes many times as
 * long as to make a task. When they are there, they may run everywhere.
 */
static void make_many(int count, pid_t (*make)(int i))
{
	pid_t *made = calloc(count, sizeof(*made));
	cpu_set_t everywhere, here;
	int i;

	if (!made)
		fail("memory");
	if (sched_getaffinity(0, sizeof(everywhere), &everywhere))
		fail("sched_getaffinity");
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	be_on(0, &here);
	for (i = 0; i < count; i++) {
		made[i] = make(i);
		if (made[i] < 0) {
			printf("press: only %d: %s\n", i, strerror(errno));
			exit(1);
		}
	}
	be_on(0, &everywhere);
	for (i = 0; i < count; i++)
		be_on(made[i], &everywhere);
	free(made);
}

static int ends[2];

static char *const other_program[] = { "press", "crowd", "0", NULL };

/* The thread that becomes another program when the pipe is closed; 0: all end. */
static volatile pid_t turn;

/*
 * At the end of a pipe, until the other end is closed. It has neither a thread's own variables nor
 * a cleared page of its own: to make tens of thousands of those takes an emulated CPU seconds.
 */
static int sleep_in_pipe(void *unused)
{
	char none;

	(void)unused;
	while (read(ends[0], &none, 1) < 0)
		;
	if (turn == syscall(SYS_gettid))
		syscall(SYS_execve, "/proc/self/exe", other_program, environ);
	syscall(SYS_exit, 0);
	return 0;
}

/* What a thread is made of, but for its own variables. */
#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static char *stacks;

static pid_t make_thread(int i)
{
	return clone(sleep_in_pipe, stacks + (size_t)(i + 1) * STACK, THREAD, NULL);
}

static int number_in(const char *path)
{
	FILE *file = fopen(path, "r");
	int number;

	if (!file || fscanf(file, "%d", &number) != 1)
		fail(path);
	fclose(file);
	return number;
}

int press_threads(int count)
{
	sigset_t end;
	int i;

	stacks = aligned_alloc(PAGE, (size_t)count * STACK);
	if (!stacks)
		fail("memory");
	if (pipe(ends))
		fail("pipe");
	/* Of all threads that wait for it, the first alone. */
	sigemptyset(&end);
	sigaddset(&end, SIGUSR1);
	sigaddset(&end, SIGUSR2);
	sigprocmask(SIG_BLOCK, &end, NULL);
	make_many(count, make_thread);
	puts("ready");
	fflush(stdout);
	sigwait(&end, &i);
	if (i == SIGUSR2)
		turn = number_in("/tmp/turn");
	close(ends[1]);
	sleep_for_ever();
	return 0;
}

static pid_t make_process(int i)
{
	pid_t child = fork();

	(void)i;
	if (!child)
		sleep_for_ever();
	return child;
}

int press_crowd(int count)
{
	sigset_t term;
	int i;

	setpgid(0, 0);
	make_many(count, make_process);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	puts("ready");
	fflush(stdout);
	sigwait(&term, &i);
	signal(SIGTERM, SIG_IGN);
	/* All in one moment. */
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}

int press_storm(int milliseconds)
{
	unsigned long long end = now_ns() + milliseconds * 1000000ull;
	unsigned long forks = 0;
	pid_t child;
	int i;

	while (now_ns() < end) {
		for (i = 0; i < 20; i++) {
			child = fork();
			if (child < 0)
				fail("fork");
			if (!child) {
				/* Some are group leaders with a thread that outlives nothing. */
				if (i % 4 == 0 && !vfork())
					_exit(0);
				_exit(0);
			}
			forks++;
		}
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	printf("%lu\n", forks);
	return 0;
}
