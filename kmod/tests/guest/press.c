// SPDX-License-Identifier: GPL-2.0-only
/*
 * What presses hard on the module, and takes more or faster hands than a shell has:
 *
 *   press threads COUNT       COUNT sleeping threads; prints "ready" and stays until it is killed;
 *                             at SIGUSR1 all threads but the first end
 *   press crowd COUNT         COUNT sleeping processes; prints "ready"; SIGTERM ends all
 *   press storm MILLISECONDS  forks and ends processes as fast as it can; prints how many
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
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

/* Of a thread that calls read() and no more; four share a page. */
#define STACK 1024

static char buffer[1 << 20];

static void fail(const char *what)
{
	printf("press: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	exit(1);
}

static int open_or_fail(const char *path, int flags)
{
	int file = open(path, flags | O_CLOEXEC);

	if (file < 0)
		fail(path);
	return file;
}

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

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

static int press_threads(int count)
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
	sigprocmask(SIG_BLOCK, &end, NULL);
	make_many(count, make_thread);
	puts("ready");
	fflush(stdout);
	sigwait(&end, &i);
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

static int press_crowd(int count)
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

static int press_storm(int milliseconds)
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

static int press_time(const char *path, const char *text)
{
	int file = open_or_fail(path, O_WRONLY);
	unsigned long long begin = now_ns();

	if (write(file, text, strlen(text)) < 0)
		fail(path);
	printf("%llu\n", now_ns() - begin);
	return 0;
}

static volatile sig_atomic_t told_to_end;

static void end_soon(int unused)
{
	(void)unused;
	told_to_end = 1;
}

static int press_trigger(const char *path, int seconds)
{
	struct sigaction end_it = { .sa_handler = end_soon, .sa_flags = SA_RESTART };
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	int ok = 0, busy = 0, gone = 0, other = 0;
	int knob = open_or_fail(path, O_WRONLY);

	sigaction(SIGTERM, &end_it, NULL);
	while (now_ns() < end && !gone && !told_to_end) {
		if (write(knob, "press", 5) > 0)
			ok++;
		else if (errno == EBUSY)
			busy++;
		else if (errno == ENODEV)
			gone++;
		else if (errno != EINTR)
			other++;
	}
	printf("ok=%d busy=%d gone=%d other=%d\n", ok, busy, gone, other);
	return 0;
}

/* What a reader has seen of the stream; its lines are told by their first bytes. */
struct stream {
	char line[64];
	size_t length;
	unsigned long long open, newest;
	int torn;
};

static void stream_line(struct stream *seen)
{
	unsigned long long id;

	seen->line[seen->length < sizeof(seen->line) ? seen->length : sizeof(seen->line) - 1] = 0;
	if (sscanf(seen->line, "load_monitor dump version=1 id=%llu ", &id) == 1) {
		seen->torn += seen->open || id <= seen->newest;
		seen->open = id;
		seen->newest = id;
	} else if (sscanf(seen->line, "end id=%llu ", &id) == 1) {
		seen->torn += seen->open != id;
		seen->open = 0;
	} else {
		seen->torn += !seen->open;
	}
	seen->length = 0;
}

static void stream_take(struct stream *seen, const char *text, size_t length)
{
	const char *end = text + length;

	for (; text < end; text++) {
		if (*text == '\n') {
			stream_line(seen);
			continue;
		}
		if (seen->length < sizeof(seen->line))
			seen->line[seen->length] = *text;
		seen->length++;
	}
}

static int press_read(const char *path, size_t size, int seconds)
{
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	int files = 0, overtaken = 0, torn = 0;
	struct stream seen;
	ssize_t got;
	int file;

	while (now_ns() < end) {
		file = open_or_fail(path, O_RDONLY);
		memset(&seen, 0, sizeof(seen));
		do {
			got = read(file, buffer, size);
			if (got > 0)
				stream_take(&seen, buffer, got);
			if (got < 0 && errno == EPIPE) {
				/* Only between two dumps. */
				torn += seen.open || seen.length;
				overtaken++;
				got = 1;
			}
		} while (got > 0 && now_ns() < end);
		if (got < 0)
			fail(path);
		/* At the end of what there is, not of the time: nothing is half there. */
		torn += seen.torn + (!got && (seen.open || seen.length));
		close(file);
		files++;
	}
	printf("files=%d overtaken=%d torn=%d\n", files, overtaken, torn);
	return 0;
}

static int press_poll(const char *path, int seconds)
{
	unsigned long long end = now_ns() + seconds * 1000000000ull;
	struct pollfd wanted = { .events = POLLIN };
	int woken = 0, dry = 0, overtaken = 0;
	ssize_t got;

	wanted.fd = open_or_fail(path, O_RDONLY);
	if (lseek(wanted.fd, 0, SEEK_END) < 0)
		fail("seek to the end");
	while (now_ns() < end) {
		if (poll(&wanted, 1, 100) <= 0)
			continue;
		woken++;
		got = read(wanted.fd, buffer, sizeof(buffer));
		if (!got)
			dry++;
		else if (got < 0 && errno == EPIPE)
			overtaken++;
		else if (got < 0)
			fail(path);
	}
	printf("woken=%d dry=%d overtaken=%d\n", woken, dry, overtaken);
	return 0;
}

/* Of a knob that is open. */
static void value_in(int file, char *text)
{
	ssize_t got = pread(file, text, 63, 0);

	if (got < 0)
		fail("read");
	text[got] = '\0';
}

static void value_of(const char *path, char *text)
{
	int file = open_or_fail(path, O_RDONLY);

	value_in(file, text);
	close(file);
}

static int press_huge(const char *path)
{
	static const char fills[] = { '9', 'a', ' ', '\n', '-', 0 };
	static const size_t sizes[] = { 100, PAGE - 1, PAGE, PAGE + 1, 65536, 1 << 20 };
	char before[64], after[64];
	const char *fill;
	size_t i;
	int file = open_or_fail(path, O_WRONLY);
	int knob;

	knob = access(path, R_OK) == 0 && !strstr(path, "trigger");
	if (knob)
		value_of(path, before);
	if (write(file, buffer, 0) != 0) {
		printf("an empty write: %s\n", strerror(errno));
		return 1;
	}
	for (fill = fills; *fill; fill++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			memset(buffer, *fill, sizes[i]);
			if (write(file, buffer, sizes[i]) >= 0 || errno != EINVAL) {
				printf("%zu times '%c': %s, not EINVAL\n", sizes[i], *fill,
				       strerror(errno));
				return 1;
			}
		}
	}
	if (!knob)
		return 0;
	value_of(path, after);
	if (strcmp(before, after)) {
		printf("the value changed from %s to %s\n", before, after);
		return 1;
	}
	return 0;
}

static unsigned long long seed;

/* xorshift64: the same writes for the same seed. */
static unsigned int random_below(unsigned int bound)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % bound;
}

static size_t random_text(char *text)
{
	static const char likely[] = "0123456789012345678901234567890123456789.-+ex, \t\n";
	unsigned int shape = random_below(16);
	size_t most = shape == 0 ? PAGE : shape < 10 ? 4 : 24;
	size_t length = random_below(most) + 1;
	size_t i;

	for (i = 0; i < length; i++) {
		if (shape < 3)
			text[i] = random_below(256);
		else if (shape < 10)
			text[i] = likely[random_below(40)];
		else
			text[i] = likely[random_below(sizeof(likely) - 1)];
	}
	if (random_below(3) == 0)
		text[length - 1] = '\n';
	return length;
}

/* What the knob should make of it, in hundredths for a load; false: nothing. */
static int is_fit(const char *text, size_t length, int is_load, unsigned long long least,
		  unsigned long long most, unsigned long long *value)
{
	unsigned long long whole = 0;
	size_t i = 0, digits = 0, fraction = 0;

	if (length && text[length - 1] == '\n')
		length--;
	for (; i < length && text[i] >= '0' && text[i] <= '9'; i++, digits++)
		if (whole <= most)
			whole = whole * 10 + (text[i] - '0');
	if (!digits || whole > most)
		return 0;
	*value = whole;
	if (is_load) {
		*value *= 100;
		if (i < length && text[i] == '.') {
			for (i++; i < length && text[i] >= '0' && text[i] <= '9'; i++, fraction++)
				*value += (text[i] - '0') * (fraction == 0 ? 10 : 1);
			if (fraction < 1 || fraction > 2)
				return 0;
		}
	}
	return i == length && *value >= least;
}

static int complain(int number, const char *text, size_t length, const char *what)
{
	printf("write %d, '%.*s': %s\n", number, (int)length, text, what);
	return 1;
}

static int press_fuzz(const char *path, int is_load, unsigned long long least,
		      unsigned long long most, int count)
{
	char text[PAGE], expected[64], after[64];
	int file = open_or_fail(path, O_RDWR);
	int fit = 0, unfit = 0, i;
	unsigned long long value;
	ssize_t written;
	size_t length;

	value_in(file, expected);
	for (i = 0; i < count; i++) {
		length = random_text(text);
		written = write(file, text, length);
		if (is_fit(text, length, is_load, least, most, &value)) {
			fit++;
			if (is_load)
				sprintf(expected, "%llu.%02llu\n", value / 100, value % 100);
			else
				sprintf(expected, "%llu\n", value);
			if (written != (ssize_t)length)
				return complain(i, text, length, strerror(errno));
		} else {
			unfit++;
			if (written >= 0 || errno != EINVAL)
				return complain(i, text, length, "not EINVAL");
		}
		value_in(file, after);
		if (strcmp(after, expected))
			return complain(i, text, length, after);
	}
	printf("fit=%d unfit=%d\n", fit, unfit);
	return 0;
}

static int press_fuzz_reason(const char *path, int count)
{
	int file = open_or_fail(path, O_WRONLY);
	int fit = 0, unfit = 0, good;
	size_t length, reason, k;
	char text[PAGE];
	ssize_t written;

	while (fit + unfit < count) {
		length = random_text(text);
		reason = length - (text[length - 1] == '\n');
		good = reason >= 1 && reason <= 63;
		for (k = 0; k < reason; k++)
			good = good && text[k] >= 0x20 && text[k] <= 0x7e;
		/* A good one costs a dump: enough of them is enough. */
		if (good && fit == 200)
			continue;
		written = write(file, text, length);
		if (good ? written < 0 && errno != EBUSY : written >= 0 || errno != EINVAL)
			return complain(fit + unfit, text, length, strerror(errno));
		fit += good;
		unfit += !good;
	}
	printf("fit=%d unfit=%d\n", fit, unfit);
	return 0;
}

static int nth_file;

/* Documentation/fault-injection: the next @nth allocation of this thread fails. */
static void fail_nth(int nth)
{
	char text[16];
	int length = sprintf(text, "%d", nth);

	if (pwrite(nth_file, text, length, 0) != length)
		fail("/proc/thread-self/fail-nth");
}

/* Whether an allocation failed since; so many were not to be had when none did. */
static int has_failed(void)
{
	char text[16] = "";

	if (pread(nth_file, text, sizeof(text) - 1, 0) < 1)
		fail("/proc/thread-self/fail-nth");
	fail_nth(0);
	return atoi(text) == 0;
}

/* Each of the first hundred, then ever fewer: most are pages of the same few areas. */
static int next_nth(int nth)
{
	return nth + 1 + nth / 100;
}

static int press_reload(const char *path, const char *parameters, int count)
{
	int file = open_or_fail(path, O_RDONLY);

	while (count--) {
		if (syscall(SYS_finit_module, file, parameters, 0))
			fail(path);
		if (syscall(SYS_delete_module, "load_monitor", 0))
			fail("delete_module");
	}
	return 0;
}

static int press_fail_load(const char *path, const char *parameters)
{
	int refused = 0, survived = 0, injected = 1, nth, error;
	int file = open_or_fail(path, O_RDONLY);

	nth_file = open_or_fail("/proc/thread-self/fail-nth", O_RDWR);
	for (nth = 1; injected; nth = next_nth(nth)) {
		fail_nth(nth);
		error = syscall(SYS_finit_module, file, parameters, 0) ? errno : 0;
		injected = has_failed();
		if (!error) {
			survived += injected;
			if (syscall(SYS_delete_module, "load_monitor", 0))
				fail("delete_module");
			continue;
		}
		if (!injected || error != ENOMEM) {
			printf("allocation %d: %s\n", nth, strerror(error));
			return 1;
		}
		refused++;
		if (!access("/sys/kernel/load_monitor", F_OK) ||
		    !access("/dev/load_monitor", F_OK)) {
			printf("allocation %d left something behind\n", nth);
			return 1;
		}
	}
	printf("refused=%d survived=%d last=%d\n", refused, survived, nth);
	return 0;
}

static int press_fail_open(const char *path)
{
	int refused = 0, injected = 1, nth, error, file;

	nth_file = open_or_fail("/proc/thread-self/fail-nth", O_RDWR);
	for (nth = 1; injected; nth++) {
		fail_nth(nth);
		file = open(path, O_RDONLY | O_CLOEXEC);
		error = file < 0 || read(file, buffer, 100) < 0 ? errno : 0;
		injected = has_failed();
		if (file >= 0)
			close(file);
		if (error && (!injected || error != ENOMEM)) {
			printf("allocation %d: %s\n", nth, strerror(error));
			return 1;
		}
		refused += !!error;
	}
	printf("refused=%d\n", refused);
	return 0;
}

/* Between the two writes nothing but the open() asks for memory: this process is in the trap. */
static int press_trapped(const char *path)
{
	int trap = open_or_fail("/proc/self/make-it-fail", O_RDWR);
	int file, error;

	if (pwrite(trap, "1", 1, 0) != 1)
		fail("/proc/self/make-it-fail");
	file = open(path, O_RDONLY);
	error = file < 0 ? errno : 0;
	if (pwrite(trap, "0", 1, 0) != 1)
		fail("/proc/self/make-it-fail");
	puts(error == ENOMEM ? "ENOMEM" : strerror(error));
	return 0;
}

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
	if (count == 8 && !strcmp(act, "fuzz")) {
		seed = strtoull(a[7], NULL, 10);
		return press_fuzz(a[2], !strcmp(a[3], "load"), strtoull(a[4], NULL, 10),
				  strtoull(a[5], NULL, 10), atoi(a[6]));
	}
	if (count == 5 && !strcmp(act, "fuzz-reason")) {
		seed = strtoull(a[4], NULL, 10);
		return press_fuzz_reason(a[2], atoi(a[3]));
	}
	if (count == 5 && !strcmp(act, "reload"))
		return press_reload(a[2], a[3], atoi(a[4]));
	if (count == 4 && !strcmp(act, "fail-load"))
		return press_fail_load(a[2], a[3]);
	if (count == 3 && !strcmp(act, "fail-open"))
		return press_fail_open(a[2]);
	if (count == 3 && !strcmp(act, "trapped"))
		return press_trapped(a[2]);
	fprintf(stderr, "press: see the head of press.c\n");
	return 2;
}
