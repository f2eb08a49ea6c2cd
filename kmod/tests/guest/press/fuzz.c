// SPDX-License-Identifier: GPL-2.0-only
/* Writes that a knob has to refuse, and the few that it has to take. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "press.h"

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

int press_huge(const char *path)
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

/* xorshift64: the same writes for the same seed. */
static unsigned long long random_state;

static unsigned int random_below(unsigned int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % bound;
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

int press_fuzz(const char *path, int is_load, unsigned long long least,
	       unsigned long long most, int count, unsigned long long seed)
{
	char text[PAGE], expected[64], after[64];
	int file = open_or_fail(path, O_RDWR);
	int fit = 0, unfit = 0, i;
	unsigned long long value;
	ssize_t written;
	size_t length;

	random_state = seed;
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

int press_fuzz_reason(const char *path, int count, unsigned long long seed)
{
	int file = open_or_fail(path, O_WRONLY);
	int fit = 0, unfit = 0, good;
	size_t length, reason, k;
	char text[PAGE];
	ssize_t written;

	random_state = seed;
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
