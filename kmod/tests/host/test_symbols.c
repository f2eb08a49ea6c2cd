// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

/* What the kernel says of an address: the test's. */
static int said(char *to, size_t size, const char *format, const void *address);

/* With the sources themselves, for that. */
#define scnprintf said
#include "symbols.c"
#undef scnprintf

#define ADDRESS 0xffffffff81234567UL

static const char *saying;
static bool exactly;
static void (*meanwhile)(void);
static struct notifier_block *told;

static int said(char *to, size_t size, const char *format, const void *address)
{
	EXPECT_SAME((unsigned long)address, ADDRESS);
	EXPECT_SAME(size, LM_SYMBOL_MAX);
	EXPECT_TEXT(format, exactly ? "%pS" : "%pB");
	if (meanwhile)
		meanwhile();
	return snprintf(to, size, "%s", saying);
}

int register_module_notifier(struct notifier_block *block)
{
	told = block;
	return 0;
}

int unregister_module_notifier(struct notifier_block *block)
{
	EXPECT(told == block, "who is told no more was told");
	told = NULL;
	return 0;
}

static void expect_name(const char *symbol, const char *name)
{
	char text[LM_SYMBOL_MAX];

	host_try("%s", symbol);
	saying = symbol;
	for (int exact = 0; exact <= 1; exact++) {
		exactly = exact;
		lm_symbols_name(text, ADDRESS, exact);
		EXPECT_TEXT(text, name);
	}
}

static void module_is(unsigned long state)
{
	EXPECT_SAME(told->notifier_call(told, state, NULL), NOTIFY_DONE);
}

static void a_module_goes(void)
{
	module_is(MODULE_STATE_GOING);
}

static void start(void)
{
	EXPECT_SAME(lm_symbols_init(), 0);
	lm_symbols_begin();
}

static void believes_what_stays(void)
{
	static const char *const names[] = {
		"schedule+0x5e/0xd0",
		"known_inner+0x4a/0x60 [known_stack]",
		"bpf_test_run+0x18b/0x310",
		"bpf_prog_test_run_skb+0x3ea/0x860",
		"bpf_prog_add+0x1/0x2",
		"bpf_prog_free_deferred+0x10/0x20",
		/* One digit less than a tag has. */
		"bpf_prog_c8d38bb303dab97+0x10/0x1c",
		"bpf_trampoline_link_prog+0x1/0x2",
		"__bpf_prog_run32+0x1/0x2",
		"__cfi_schedule+0x1/0x2",
		"__sys_bpf+0xa3d/0x2820",
	};
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(names); i++)
		expect_name(names[i], names[i]);
	lm_symbols_exit();
	EXPECT(!told, "nobody is told after the end");
}

/* As the kernel prints them (5.10 to 7.3), and as /proc/kallsyms would. */
static void believes_no_code_made_at_run_time(void)
{
	static const char *const names[] = {
		"bpf_prog_c8d38bb303dab979_act_loop+0x10/0x1c",
		"bpf_prog_c8d38bb303dab979+0x0/0x1c",
		"bpf_prog_6deef7357e7b4530_F+0x10/0x1c",
		"bpf_prog_c8d38bb303dab979_act_loop+0x10/0x1c [bpf]",
		"__cfi_bpf_prog_c8d38bb303dab979_act_loop+0xb/0x10",
		"bpf_trampoline_6442509714+0x4e/0x1000",
		"bpf_trampoline_6442509714_1+0x4e/0x1000",
		"bpf_dispatcher_xdp+0x4e/0x1000",
		"bpf__tcp_congestion_ops_ssthresh+0x4e/0x1000",
		"0xffffffffc0123456",
	};
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(names); i++)
		expect_name(names[i], "?");
}

/* One that goes at any time until the name is there: before, or while it is looked up. */
static void believes_no_name_in_modules_when_one_went(void)
{
	start();
	module_is(MODULE_STATE_LIVE);
	expect_name("known_inner+0x4a/0x60 [known_stack]", "known_inner+0x4a/0x60 [known_stack]");
	meanwhile = a_module_goes;
	expect_name("known_inner+0x4a/0x60 [known_stack]", "?");
	meanwhile = NULL;
	expect_name("known_inner+0x4a/0x60 [known_stack]", "?");
	expect_name("schedule+0x5e/0xd0", "schedule+0x5e/0xd0");
	lm_symbols_begin();
	expect_name("known_inner+0x4a/0x60 [known_stack]", "known_inner+0x4a/0x60 [known_stack]");
}

const struct host_test host_tests[] = {
	HOST_TEST(believes_what_stays),
	HOST_TEST(believes_no_code_made_at_run_time),
	HOST_TEST(believes_no_name_in_modules_when_one_went),
	{ }
};
