package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.procfs.ProcFs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostNameTest {
    @TempDir
    Path proc;

    @Test
    void isTheKernelsUnlessItIsGiven() throws Exception {
        Path file = Files.createDirectories(proc.resolve("sys/kernel")).resolve("hostname");
        Files.writeString(file, "db1.example.org\n");
        assertEquals(new HostName("db1.example.org", file.toString()), HostName.choose(null, new ProcFs(proc)));
        assertEquals(new HostName("node7", "--host.name"), HostName.choose("node7", new ProcFs(proc)));
    }

    @Test
    void saysWhenItHadToFallBack() throws Exception {
        Path file = proc.resolve("sys/kernel/hostname");
        assertEquals(new HostName("localhost", file + " cannot be read"), HostName.choose(null, new ProcFs(proc)));
        Files.createDirectories(proc.resolve("sys/kernel"));
        Files.writeString(file, "\n");
        assertEquals(new HostName("localhost", file + " is empty"), HostName.choose(null, new ProcFs(proc)));
    }
}
