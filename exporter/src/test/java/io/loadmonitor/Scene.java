package io.loadmonitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Load of a known cause, made on real kernels by {@code kmod/tests/guest/causes.sh}.
 *
 * @param name of the scene and its dump
 * @param causes of which the first part has to be; several where what was made shows in several ways: a cgroup at
 *     its limit makes its tasks reclaim, asleep or on a CPU, and read back what was swapped out
 * @param detail the function that the part has to name; empty for none
 * @param made that many tasks at least have the cause: those that the scene waited for before it took the dump, less
 *     what waits for something else in it; of what runs, those that have a CPU
 */
public record Scene(String name, List<String> causes, String detail, int made) {
    public static final List<Scene> ALL = List.of(
            new Scene("user-mode", List.of("on-cpu-user"), "", 2),
            new Scene("system-calls", List.of("on-cpu-kernel-syscall"), "getrandom", 2),
            new Scene("more-than-cpus", List.of("waiting-for-cpu"), "", 8),
            new Scene("vfork", List.of("vfork"), "", 5),
            new Scene("held-mutex", List.of("mutex"), "held_ask_device", 30),
            new Scene("frozen-filesystem", List.of("frozen-filesystem"), "", 6),
            new Scene("suspended-volume", List.of("frozen-filesystem"), "", 6),
            new Scene("suspended-device", List.of("block-io"), "", 5),
            new Scene("journal", List.of("ext4-journal"), "", 7),
            new Scene("slow-disk", List.of("page-in"), "", 5),
            new Scene("queue-full", List.of("block-tag"), "", 7),
            new Scene("memory-high", List.of("memory-cgroup"), "", 6),
            new Scene("memory-thrash", List.of("memory-cgroup", "on-cpu-kernel-memory-cgroup", "swap-in"), "", 4),
            new Scene("fuse-hangs", List.of("fuse"), "", 6),
            new Scene("nfs-server-gone", List.of("nfs"), "", 7));

    /** The folders of the kernels on which the scenes were made. */
    public static List<Path> kernels() throws IOException {
        try (Stream<Path> releases = Files.list(Path.of("../kmod/tests/captures"))) {
            return releases.map(release -> release.resolve("causes"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    /** @param kernel one of {@link #kernels()} */
    public Path dumpOf(Path kernel) {
        return kernel.resolve(name + ".dump");
    }
}
