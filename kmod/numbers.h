/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as they are written to files: nothing that could be misread is taken for one. */
#ifndef LM_NUMBERS_H
#define LM_NUMBERS_H

#include <linux/types.h>

/* Decimal digits and one newline at most: 0, or -EINVAL with @value unchanged. */
int lm_number_parse(const char *text, size_t length, unsigned int least, unsigned int most,
		    unsigned int *value);

/* A load, "4", "4.5" or "4.50", in hundredths: 0, or -EINVAL with @hundredths unchanged. */
int lm_number_parse_load(const char *text, size_t length, unsigned long *hundredths);

#endif
