// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/types.h>

#include "numbers.h"

/*
 * No number is as long. A write of more than a page reaches the module in pages, and the first one
 * of a huge number may be all zeros: a value that nobody wrote.
 */
#define LM_NUMBER_MAX 32

/* A load above this can only be a mistake: no machine has as many threads. */
#define LM_LOAD_MAX 9999999UL

/* Without the newline, which is echo's; 0 when there is nothing that could be a number. */
static size_t lm_number_length(const char *text, size_t length)
{
	if (length > LM_NUMBER_MAX)
		return 0;
	if (length && text[length - 1] == '\n')
		length--;
	return length;
}

/* No sign, no base prefix, no space, no NUL in the middle. */
int lm_number_parse(const char *text, size_t length, unsigned int least, unsigned int most,
		    unsigned int *value)
{
	u64 parsed = 0;
	size_t i;

	length = lm_number_length(text, length);
	if (!length)
		return -EINVAL;
	for (i = 0; i < length; i++) {
		if (!isdigit(text[i]))
			return -EINVAL;
		parsed = parsed * 10 + (text[i] - '0');
		if (parsed > most)
			return -EINVAL;
	}
	if (parsed < least)
		return -EINVAL;
	*value = parsed;
	return 0;
}

/* Hundredths are all that /proc/loadavg shows: more digits would promise what nobody can see. */
int lm_number_parse_load(const char *text, size_t length, unsigned long *hundredths)
{
	unsigned long value = 0;
	unsigned int digits = 0;
	unsigned int fraction = 0;
	bool point = false;
	size_t i;

	length = lm_number_length(text, length);
	for (i = 0; i < length; i++) {
		if (text[i] == '.' && !point && digits) {
			point = true;
			continue;
		}
		if (!isdigit(text[i]) || (point && fraction == 2))
			return -EINVAL;
		value = value * 10 + (text[i] - '0');
		digits++;
		if (point)
			fraction++;
		else if (value > LM_LOAD_MAX)
			return -EINVAL;
	}
	if (!digits || (point && !fraction))
		return -EINVAL;
	for (; fraction < 2; fraction++)
		value *= 10;
	*hundredths = value;
	return 0;
}
