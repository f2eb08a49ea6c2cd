package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.capture.SourceKind;
import io.loadmonitor.capture.SourceObstacle;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.sample.DecomposedLoad;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers on a /proc and a /sys made of files. */
final class HostReadersTest {
    @TempDir
    Path folder;

    private Path proc;
    private Path sys;
    private KernelModule module;

    @BeforeEach
    void makeHost() throws IOException {
        proc = Files.createDirectory(folder.resolve("proc"));
        sys = Files.createDirectory(folder.resolve("sys"));
        module = new KernelModule(sys, folder.resolve("load_monitor"));
        // Captured on 6.18.44, x86-64, and shortened.
        Files.writeString(proc.resolve("loadavg"), "4.42 1.10 0.37 9/94 8133\n");
        Files.writeString(proc.resolve("stat"), """
                cpu  7077 0 4268 183115 1258 0 197 7362 0 0
                cpu0 3118 0 1930 92848 192 0 21 3375 0 0
                cpu1 3958 0 2337 90267 1065 0 175 3986 0 0
                btime 1795354838
                procs_running 2
                procs_blocked 3
                """);
        task(94, "vf", 'D');
        task(96, "busy) R (", 'R');
        task(97, "busy", 'R');
        task(4, "kworker/0:0", 'I');
    }

    @Test
    void readsTheLoad() throws Exception {
        Samples samples = new Samples();
        new LoadReader(new ProcFs(proc), () -> Optional.of(new LoadTick(10, 4.42, 0)), new DecomposedLoad())
                .read(samples);
        assertEquals(4.42, value(samples, Family.LOAD1));
        assertEquals(1.10, value(samples, Family.LOAD5));
        assertEquals(0.37, value(samples, Family.LOAD15));
        assertEquals(94, value(samples, Family.THREADS));
        assertEquals(2, value(samples, Family.CPUS));
        assertEquals(10, value(samples, Family.ACTIVE_TASKS));
    }

    @Test
    void activeTasksAreAbsentUntilTheyAreKnown() throws Exception {
        Samples samples = new Samples();
        new LoadReader(new ProcFs(proc), Optional::empty, new DecomposedLoad()).read(samples);
        assertTrue(values(samples, Family.ACTIVE_TASKS).isEmpty());
    }

    @Test
    void countsEveryStateWithItsZeroes() throws Exception {
        assertEquals(
                "{dead=0.0, idle=1.0, parked=0.0, running=2.0, sleeping=0.0, stopped=0.0, traced=0.0,"
                        + " uninterruptible=1.0, unknown=0.0, zombie=0.0}",
                tasks(reader()).toString());
    }

    @Test
    void everyTaskIsInOneStateAndThoseThatWaitForIoAreCountedBeside() throws Exception {
        Samples samples = new Samples();
        reader().read(samples);
        assertEquals(
                4,
                values(samples, Family.TASKS).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum());
        assertEquals(3, value(samples, Family.IOWAIT_TASKS));
    }

    @Test
    void aSleepIsAsOldAsTwoScrapesProve() throws Exception {
        schedStat(94, 5);
        TaskReader reader = reader();
        assertTrue(values(read(reader), Family.OLDEST_UNINTERRUPTIBLE).isEmpty(), "seen once");
        Thread.sleep(1100);
        double age = value(read(reader), Family.OLDEST_UNINTERRUPTIBLE);
        assertTrue(age > 1 && age < 30, age + " s");
        schedStat(94, 6);
        Thread.sleep(1100);
        assertTrue(values(read(reader), Family.OLDEST_UNINTERRUPTIBLE).isEmpty(), "it ran in between");
    }

    @Test
    void withTheModuleSleepersAreLookedAtBetweenTheWalks() throws Exception {
        Path knobs = Files.createDirectories(sys.resolve("kernel/load_monitor"));
        Files.writeString(knobs.resolve("tasks"), "running 8\nuninterruptible 2\niowait 1\ntotal 67\n");
        schedStat(94, 5);
        TaskReader reader = reader();
        read(reader);
        Thread.sleep(1100);
        assertTrue(value(read(reader), Family.OLDEST_UNINTERRUPTIBLE) > 1);
        task(94, "vf", 'S');
        Thread.sleep(1100);
        assertTrue(values(read(reader), Family.OLDEST_UNINTERRUPTIBLE).isEmpty(), "it woke up");
    }

    @Test
    void countsHungTasksWhereTheKernelDoes() throws Exception {
        Samples samples = new Samples();
        new HungTaskReader(new ProcFs(proc)).read(samples);
        assertTrue(values(samples, Family.HUNG_TASKS).isEmpty(), "before 6.13");
        Files.writeString(Files.createDirectories(proc.resolve("sys/kernel")).resolve("hung_task_detect_count"), "7\n");
        new HungTaskReader(new ProcFs(proc)).read(samples);
        assertEquals(7, value(samples, Family.HUNG_TASKS));
    }

    @Test
    void saysWhichBuildAndHowTheConfigurationWasRead() throws Exception {
        Samples samples = new Samples();
        new BuildReader(new Build("0.1.0", "34d09d7", "2026-11-30T13:52:00Z")).read(samples);
        new ConfigReader(() -> new ConfigReload(false, Instant.ofEpochMilli(1_500))).read(samples);
        assertEquals("{0.1.0=1.0}", values(samples, Family.BUILD_INFO).toString());
        assertEquals(0, value(samples, Family.CONFIG_RELOAD_SUCCESSFUL));
        assertEquals(1.5, value(samples, Family.CONFIG_RELOAD_TIMESTAMP));
    }

    @Test
    void walksOnceForScrapesThatComeTogether() throws Exception {
        TaskReader reader = reader();
        tasks(reader);
        task(98, "busy", 'R');
        assertEquals(2, tasks(reader).get("running"));
    }

    @Test
    void believesTheModuleForWhatMakesUpTheLoad() throws Exception {
        Path knobs = Files.createDirectories(sys.resolve("kernel/load_monitor"));
        Files.writeString(knobs.resolve("tasks"), "running 8\nuninterruptible 2\niowait 1\ntotal 67\n");
        Samples samples = read(reader());
        TreeMap<String, Double> tasks = values(samples, Family.TASKS);
        assertEquals(1, value(samples, Family.IOWAIT_TASKS), "not the 3 of /proc/stat");
        assertEquals(8, tasks.get("running"));
        assertEquals(2, tasks.get("uninterruptible"));
        assertEquals(1, tasks.get("idle"));
    }

    @Test
    void countsInProcWhatTheModuleDidNotSeeWhole() throws Exception {
        Path knobs = Files.createDirectories(sys.resolve("kernel/load_monitor"));
        Files.writeString(knobs.resolve("tasks"), "running 1\nuninterruptible 0\niowait 1\ntotal 2\ncomplete 0\n");
        TaskReader reader = reader();
        TreeMap<String, Double> tasks = tasks(reader);
        assertEquals(2, tasks.get("running"), "not the module's 1");
        assertEquals(1, tasks.get("uninterruptible"));
        Files.writeString(knobs.resolve("tasks"), "running 8\nuninterruptible 2\niowait 1\ntotal 67\ncomplete 1\n");
        assertEquals(8, tasks(reader).get("running"));
    }

    @Test
    void aWalkThatTakesTooLongIsAFailureAndNoSmallerNumber() {
        TaskReader reader = new TaskReader(new ProcFs(proc), module, Duration.ofNanos(-1), look());
        IOException e = assertThrows(IOException.class, () -> reader.read(new Samples()));
        assertTrue(String.valueOf(e.getMessage()).contains("limits.procfs_time"), e.getMessage());
    }

    @Test
    void saysWhichSourceAndWhetherTheModuleIsThere() throws Exception {
        Samples samples = new Samples();
        new ModuleReader(module, () -> chosen(), () -> false, () -> 3).read(samples);
        assertEquals(0, value(samples, Family.STACKS_READABLE));
        assertEquals(0, value(samples, Family.KERNEL_MODULE_UP));
        assertTrue(values(samples, Family.KERNEL_MODULE_INFO).isEmpty());
        assertEquals("{procfs=1.0}", values(samples, Family.DUMP_SOURCE_INFO).toString());
        assertEquals(3, value(samples, Family.DUMPS_LOST));
    }

    private static SourceChoice.Chosen chosen(SourceObstacle... obstacles) {
        DumpSource source = new DumpSource() {
            @Override
            public SourceKind kind() {
                return SourceKind.PROCFS;
            }

            @Override
            public RawDump take(DumpOrder order) {
                throw new AssertionError("nobody asked for a dump");
            }
        };
        return new SourceChoice.Chosen(source, "a reason", List.of(obstacles));
    }

    @Test
    void saysWhatIsMissingForABetterSourceInAFewWords() throws Exception {
        SourceChoice.Chosen chosen = chosen(
                new SourceObstacle("kmod", SourceObstacle.Kind.MODULE, "the kernel module is not loaded"),
                new SourceObstacle("bpf", SourceObstacle.Kind.BTF, "no BTF: there is no /sys/kernel/btf/vmlinux"),
                new SourceObstacle("perf", SourceObstacle.Kind.CAPABILITIES, "it needs CAP_PERFMON"),
                new SourceObstacle("perf", SourceObstacle.Kind.CAPABILITIES, "it needs CAP_SYSLOG"));
        Samples samples = new Samples();
        new ModuleReader(module, () -> chosen, () -> false, () -> 0).read(samples);
        assertEquals(
                List.of("[kmod, module]", "[bpf, btf]", "[perf, capabilities]"),
                samples.families(new NameFilter(Set.of(Family.DUMP_SOURCE_OBSTACLE.metricName()))).stream()
                        .flatMap(family -> family.samples.stream())
                        .map(sample -> sample.labelValues.toString())
                        .toList());
        samples = new Samples();
        new ModuleReader(module, () -> chosen(), () -> false, () -> 0).read(samples);
        assertTrue(values(samples, Family.DUMP_SOURCE_OBSTACLE).isEmpty());
    }

    @Test
    void aLoadedModuleThatCannotBeUsedIsNotUp() throws Exception {
        Files.createDirectories(sys.resolve("kernel/load_monitor"));
        Path version =
                Files.createDirectories(sys.resolve("module/load_monitor")).resolve("version");
        Files.writeString(version, "0.1.0\n");
        Samples samples = new Samples();
        new ModuleReader(module, () -> chosen(), () -> true, () -> 3).read(samples);
        assertEquals(1, value(samples, Family.STACKS_READABLE));
        assertEquals(0, value(samples, Family.KERNEL_MODULE_UP));
        assertEquals("{0.1.0=1.0}", values(samples, Family.KERNEL_MODULE_INFO).toString());
    }

    @Test
    void readsThisProcess() {
        Samples samples = new Samples();
        new ProcessReader().read(samples);
        assertTrue(value(samples, Family.PROCESS_RESIDENT) > 1 << 20);
        assertTrue(value(samples, Family.PROCESS_VIRTUAL) > value(samples, Family.PROCESS_RESIDENT));
        assertTrue(value(samples, Family.PROCESS_CPU) > 0);
        assertTrue(value(samples, Family.PROCESS_OPEN_FDS) >= 3);
        assertTrue(value(samples, Family.PROCESS_MAX_FDS) > value(samples, Family.PROCESS_OPEN_FDS));
        assertFalse(value(samples, Family.PROCESS_START) > System.currentTimeMillis() / 1e3);
    }

    @Test
    void readsThisJvm() {
        Samples samples = new Samples();
        OwnReader jvm = OwnReader.jvm();
        jvm.read(samples);
        List<MetricFamilySamples> read = samples.families(new NameFilter(Set.of()));
        // None is missing, none is of a label that the documents do not know.
        assertEquals(jvm.families().size(), read.size());
        for (MetricFamilySamples family : read) {
            Family own = jvm.families().stream()
                    .filter(one -> one.metricName().equals(family.name))
                    .findFirst()
                    .orElseThrow();
            family.samples.forEach(sample -> assertEquals(own.labels(), sample.labelNames, sample.name));
        }
        assertTrue(values(samples, Family.JVM_AREA_USED).get("heap") > 1 << 20);
        assertEquals(values(samples, Family.JVM_AREA_USED).keySet(), Set.of("heap", "nonheap"));
        assertTrue(values(samples, Family.JVM_POOL_USED).size() > 3);
    }

    private UninterruptibleLook look() {
        return new UninterruptibleLook(new ProcFs(proc));
    }

    private TaskReader reader() {
        return new TaskReader(new ProcFs(proc), module, Duration.ofSeconds(5), look());
    }

    private static TreeMap<String, Double> tasks(TaskReader reader) throws IOException {
        return values(read(reader), Family.TASKS);
    }

    private static Samples read(TaskReader reader) throws IOException {
        Samples samples = new Samples();
        reader.read(samples);
        return samples;
    }

    private void schedStat(int pid, int timesOnCpu) throws IOException {
        Files.writeString(proc.resolve(pid + "/task/" + pid + "/schedstat"), "5856863 7419146 " + timesOnCpu + "\n");
    }

    private static double value(Samples samples, Family family) {
        TreeMap<String, Double> values = values(samples, family);
        assertEquals(1, values.size(), family + ": " + values);
        return values.firstEntry().getValue();
    }

    /** By the first label's value; by empty text without labels. */
    private static TreeMap<String, Double> values(Samples samples, Family family) {
        TreeMap<String, Double> values = new TreeMap<>();
        samples.families(new NameFilter(Set.of(family.metricName())))
                .forEach(part -> part.samples.forEach(sample -> values.put(
                        List.copyOf(sample.labelValues).stream().findFirst().orElse(""), sample.value)));
        return values;
    }

    private void task(int pid, String comm, char state) throws IOException {
        Path task = Files.createDirectories(proc.resolve(pid + "/task/" + pid));
        Files.writeString(
                task.resolve("stat"),
                pid + " (" + comm + ") " + state
                        + " 1 94 94 34816 94 4194304 101 0 0 0 0 0 0 0 20 0 1 0 298 2519040 190 18446744073709551615"
                        + " 4194304 4720477 140730915110736 0 0 0 0 0 0 1 0 0 17 0 0 0 0 0 0 4943344 4965884 36491264"
                        + " 140730915114885"
                        + " 140730915114895 140730915114895 140730915119090 0\n");
    }
}
