/**
 * The tasks of the load and the kernel's stacks by the kernel's own means, without a module: a task iterator of BPF
 * (Linux 5.10 and later, on arm64 5.12) and samples of perf, or of the scheduler's ticks. In: the types in {@code
 * /sys/kernel/btf/vmlinux}. Out: {@link io.loadmonitor.bpf.TaskRecord}s and {@link io.loadmonitor.bpf.OnCpuSample}s,
 * whose addresses somebody else names.
 *
 * <p>No compiler, no object file and no libbpf: {@link io.loadmonitor.bpf.TaskProgram} assembles some hundred
 * instructions, with offsets from this very kernel's types, and the kernel's verifier checks each of them. It needs
 * CAP_BPF and CAP_PERFMON, little-endian x86-64 or arm64, and nothing that lockdown forbids.
 */
@NullMarked
package io.loadmonitor.bpf;

import org.jspecify.annotations.NullMarked;
