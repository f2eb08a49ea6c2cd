// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "symbols.h"

/* Hexadecimal digits of a program's tag: twice BPF_TAG_SIZE. */
#define LM_BPF_TAG 16

/*
 * Between the moment when an address is read from a stack and the one when its name is looked up,
 * its module may be unloaded and another one loaded in its place. So unloads are counted: when
 * there was one since the dump began, names in modules are not to be believed. A module is
 * announced as going before its memory is free for the next one, so the count is read after the
 * name.
 */
static atomic_t lm_modules_gone = ATOMIC_INIT(0);
static int lm_modules_gone_before;

static int lm_symbols_notified(struct notifier_block *block, unsigned long state, void *module)
{
	if (state == MODULE_STATE_GOING)
		atomic_inc(&lm_modules_gone);
	return NOTIFY_DONE;
}

static struct notifier_block lm_symbols_block = {
	.notifier_call = lm_symbols_notified,
};

void lm_symbols_begin(void)
{
	lm_modules_gone_before = atomic_read(&lm_modules_gone);
	/* The count first, then the stacks. */
	smp_mb();
}

/*
 * Code that the kernel makes at run time goes without being announced, and other code may be in its
 * place by now. Trampolines of ftrace and of probes have no name. BPF's code has one, and no module
 * beside it (only /proc/kallsyms says "[bpf]"): a program's with its tag, a trampoline's with its
 * number, that of a dispatcher, or of a table of operations. The kernel's own functions, such as
 * bpf_prog_test_run_skb(), go on after the same beginning in another way.
 */
static bool lm_symbols_is_fleeting(const char *name)
{
	size_t tag, digits = 0;

	/* With FineIBT what lies before a program has a name, too. */
	name += str_has_prefix(name, "__cfi_");
	if (str_has_prefix(name, "bpf__") || str_has_prefix(name, "bpf_dispatcher_"))
		return true;
	tag = str_has_prefix(name, "bpf_trampoline_");
	if (tag)
		return isdigit(name[tag]);
	tag = str_has_prefix(name, "bpf_prog_");
	while (tag && digits < LM_BPF_TAG && isxdigit(name[tag + digits]))
		digits++;
	return digits == LM_BPF_TAG;
}

void lm_symbols_name(char name[LM_SYMBOL_MAX], unsigned long address, bool exact)
{
	const char *place;

	scnprintf(name, LM_SYMBOL_MAX, exact ? "%pS" : "%pB", (void *)address);
	/* The name first, then the count. */
	smp_mb();
	place = strchr(name, '[');
	/* Without a symbol this would be a bare kernel address: nobody's business. */
	if (str_has_prefix(name, "0x") ||
	    (place && atomic_read(&lm_modules_gone) != lm_modules_gone_before) ||
	    lm_symbols_is_fleeting(name))
		strscpy(name, "?", LM_SYMBOL_MAX);
}

int lm_symbols_init(void)
{
	return register_module_notifier(&lm_symbols_block);
}

void lm_symbols_exit(void)
{
	unregister_module_notifier(&lm_symbols_block);
}
