/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be set while the module is loaded: knobs write it, the sampler and the capture read
 * it.
 */
#ifndef LM_SETTINGS_H
#define LM_SETTINGS_H

/*
 * Each field is one word, written and read by itself with WRITE_ONCE() and READ_ONCE(), in any
 * context: none of them needs another one to make sense.
 */
struct lm_settings {
	/* One-minute load in hundredths; 0 is off. */
	unsigned long threshold;
	/* Active tasks at a load tick; 0 is off. */
	unsigned int active_threshold;
	/*
	 * Times that each of the two was set: whoever watches it begins anew with another number.
	 */
	unsigned int threshold_set;
	unsigned int active_threshold_set;
	unsigned int cooldown_ms;
	unsigned int min_spacing_ms;
	unsigned int interval_ms;
};

extern struct lm_settings lm_settings;

#endif
