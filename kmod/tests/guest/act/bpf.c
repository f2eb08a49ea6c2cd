// SPDX-License-Identifier: GPL-2.0-only
/* A process in a BPF program. */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"

/* The verifier goes through the loop as often as this, so it has an end. */
#define TURNS 10000

/* So often at once: all of that is one RCU section, and a second of it is too long. */
#define RUNS 100

static int load_loop(void)
{
	/* r0 = TURNS; do { r0 -= 1 } while (r0 != 0); return r0 */
	static const struct bpf_insn loop[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TURNS },
		{ .code = BPF_ALU64 | BPF_SUB | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .imm = 0, .off = -2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr program = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)loop,
		.insn_cnt = sizeof(loop) / sizeof(struct bpf_insn),
		.license = (uintptr_t)"GPL",
		.prog_name = "act_loop",
	};
	int file = syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program));

	if (file < 0)
		fail("a BPF program");
	return file;
}

int act_bpf(const char *name)
{
	static unsigned char packet[64];
	union bpf_attr run = { .test = {
		.prog_fd = load_loop(),
		.data_in = (uintptr_t)packet,
		.data_size_in = sizeof(packet),
		.repeat = RUNS,
	} };

	become_named(name);
	for (;;)
		if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &run, sizeof(run)))
			fail("a run of a BPF program");
	return 0;
}
