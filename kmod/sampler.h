/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches the load averages and asks for a dump when they cross a threshold. */
#ifndef LM_SAMPLER_H
#define LM_SAMPLER_H

int lm_sampler_init(void);
void lm_sampler_exit(void);

/* Hundredths of load; 0 is off. */
unsigned long lm_sampler_threshold(void);
void lm_sampler_set_threshold(unsigned long hundredths);

/* Active tasks at a load tick; 0 is off. */
unsigned int lm_sampler_active_threshold(void);
void lm_sampler_set_active_threshold(unsigned int tasks);

unsigned int lm_sampler_cooldown_ms(void);
void lm_sampler_set_cooldown_ms(unsigned int milliseconds);

unsigned int lm_sampler_interval_ms(void);
void lm_sampler_set_interval_ms(unsigned int milliseconds);

#endif
