/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What debug-kernel adds to KCSAN's report.c. The kernel's own races are many and known, and not
 * what is tested: only those are told of which one access is the module's, or that of a function
 * that the module calls (strscpy, copy_to_user). What happens further down, as in the timer of a
 * sleep, or in an interrupt on top of the module, is the kernel's own.
 */
#include <linux/module.h>

/* of_load_monitor() - by the innermost frames of an access. */
static bool of_load_monitor(const unsigned long *entries, int count)
{
	const struct module *module;
	int at;

	for (at = 0; at < count && at < 2; at++) {
		module = __module_text_address(entries[at]);
		if (module && !strcmp(module->name, "load_monitor"))
			return true;
	}
	return false;
}
