// SPDX-License-Identifier: GPL-2.0-only
#include "settings.h"

struct lm_settings lm_settings = {
	/* The load that the project's users call high; the same as the alert's. */
	.threshold = 400,
	/* Four load ticks: the stacks of a lasting load change slower than that. */
	.cooldown_ms = 20000,
	/*
	 * A second look at the same stacks within a second shows nothing new to an eye or an
	 * average.
	 */
	.min_spacing_ms = 1000,
	/* Half a reaction time of 20 ms. */
	.interval_ms = 10,
};
