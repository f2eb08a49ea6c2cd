/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches the load averages and asks for a dump when they cross a threshold. */
#ifndef LM_SAMPLER_H
#define LM_SAMPLER_H

int lm_sampler_init(void);
void lm_sampler_exit(void);

#endif
