package io.loadmonitor.e2e;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a host's archive tells of a week: calm days, on which only a driver's two threads sleep in D as always; then the
 * disk of a data base gets slow, while a compute job runs and an NFS server is away. The dumps are written here.
 */
final class Story {
    /** Noon of yesterday: so that no dump is of the future. */
    static final Instant NOON = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(12));

    /** A name that would do something on a page that trusted it, and one that would turn the writing. */
    static final String SCRIPT = "<script>alert(1)</script>";

    static final String TURNED = "\u202egnp.exe";
    private static final String TURNED_ESCAPED = "\\xe2\\x80\\xaegnp.exe";

    static final String CONTAINER = "8f0c5a1e90b27d34".repeat(4);

    private static final String DATABASE = "/system.slice/postgresql.service";
    private static final String POD = "/system.slice/docker-" + CONTAINER + ".scope";

    /** One number each load tick, from noon on. */
    private static final int[] ACTIVE = {
        3, 3, 2, 2, 2, 3, 3, 3, 2, 2, 2, 2, 2, 3, 4, 3, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2, 2, 2, 2,
        2, 2, 3, 4, 5, 8, 11, 14, 17, 20, 23, 25, 27, 29, 30, 30, 31, 31, 32, 33, 34, 34, 35, 36, 36, 37, 37, 38, 40,
        39, 39, 40, 40, 39, 38, 39, 41, 40, 39, 39, 38, 38, 39, 40, 40, 39, 38, 37, 36, 36, 34, 31, 29, 26, 24, 22, 22,
        21, 19, 16, 14, 11, 10, 9, 9, 8, 7, 7, 8, 7, 7, 7, 7, 7, 7, 7
    };

    private final Archive archive;
    private int dumps;

    /** The main incident, and its dumps in their order. */
    long incident;

    long rising;
    long crossing;
    long alert;
    long falling;

    /** The incident with names that attack. */
    long hostile;

    long hostileDump;

    private Story(Archive archive) {
        this.archive = archive;
    }

    static Story tell(Archive archive) throws Exception {
        Story story = new Story(archive);
        story.calmDays();
        story.slowDisk();
        story.hostileNames();
        return story;
    }

    private void calmDays() throws Exception {
        for (int day = 7; day >= 2; day--) {
            Instant at = NOON.minus(Duration.ofDays(day));
            WrittenDump dump =
                    dump("kind=threshold reason=\"load 4.05 >= 4.00\"", at).load(4.05);
            vendor(dump).with(2, 5100, "make", "/user.slice", "R on=cpu-user", "", Duration.ofMillis(3));
            if (day % 3 == 0) {
                dump.with(
                        3,
                        4000 + day,
                        "postgres",
                        DATABASE,
                        "D on=sleep",
                        KernelStacks.JOURNAL,
                        Duration.ofMillis(220));
            }
            found(dump);
        }
    }

    private void slowDisk() throws Exception {
        LoadSeries load = new LoadSeries(NOON, 2.4, ACTIVE);
        rising = found(load.tell(vendor(dump("kind=active reason=\"active 14 >= 12\"", NOON.plusSeconds(221)))
                .with(7, 3000, "java", POD, "R on=cpu-user", "", Duration.ofMillis(8))
                .with(5, 2000, "postgres", DATABASE, "D on=sleep", KernelStacks.JOURNAL, Duration.ofMillis(4_100))));
        Instant crossed = NOON.plusSeconds(246);
        crossing = found(load.tell(busy(
                dump("kind=threshold reason=\"load " + load.loadText(crossed) + " >= 8.00\"", crossed),
                13,
                3,
                29_100)));
        IntakeOutcome opened = archive.takeIn(List.of(routed(
                        "LoadHigh",
                        "00000000000000aa",
                        NOON.plusSeconds(300),
                        Map.of(
                                "summary",
                                "Load 21.9 on 8 CPUs",
                                "runbook_url",
                                "https://runbooks.example.com/load-high"),
                        Map.of())))
                .get(0);
        incident = opened.incidentId().getAsLong();
        alert = opened.dumpId().getAsLong();
        archive.beginNext();
        archive.store(
                alert,
                load.tell(busy(dump("kind=manual reason=\"alert LoadHigh\"", NOON.plusSeconds(330)), 18, 9, 113_100)
                                .missing(2))
                        .raw());
        Instant later = NOON.plusSeconds(560);
        falling = found(load.tell(vendor(
                        dump("kind=threshold reason=\"load " + load.loadText(later) + " >= 8.00\"", later))
                .with(4, 3000, "java", POD, "R on=cpu-user", "", Duration.ofMillis(9))
                .with(1, 7000, "df", "/user.slice", "D on=sleep", KernelStacks.NFS, Duration.ofMillis(323_100))));
        archive.takeIn(List.of(new RoutedAlert(
                new Alert(
                        "00000000000000aa",
                        Alert.Status.RESOLVED,
                        Map.of("alertname", "LoadHigh"),
                        Map.of(),
                        NOON.plusSeconds(300),
                        Optional.of(NOON.plusSeconds(720)),
                        Optional.empty()),
                Optional.of(new RoutedAlert.Route("load", Duration.ZERO)))));
        archive.keepParts(parts(load));
    }

    /** What the load consisted of at each tick: the job first, then the disk, then the server that is away. */
    private static List<LoadTickParts> parts(LoadSeries load) {
        List<LoadTickParts> parts = new ArrayList<>();
        Map<String, Double> damped = new TreeMap<>(Map.of("on-cpu-user", 1.2, "ext4-journal", 0.0, "nfs", 0.0));
        for (int i = 0; i < ACTIVE.length; i++) {
            Instant at = NOON.plus(LoadSeries.PERIOD.multipliedBy(i)).plusMillis(40);
            int job = Math.min(9, ACTIVE[i]);
            int disk = Math.min(18, ACTIVE[i] - job);
            Map<String, Integer> tasks =
                    Map.of("on-cpu-user", job, "ext4-journal", disk, "nfs", ACTIVE[i] - job - disk);
            damped.replaceAll((cause, part) -> (part * 1884 + tasks.get(cause) * 164) / 2048);
            double average = load.load(at);
            double sum =
                    damped.values().stream().mapToDouble(Double::doubleValue).sum();
            Map<String, Double> byCause = new TreeMap<>(damped);
            byCause.replaceAll((cause, part) -> part * Math.min(1, average / sum));
            byCause.put("unseen", Math.max(0, average - sum));
            parts.add(new LoadTickParts(at, OptionalInt.of(ACTIVE[i]), average, tasks, byCause, true));
        }
        return parts;
    }

    private void hostileNames() throws Exception {
        IntakeOutcome opened = archive.takeIn(List.of(routed(
                        "Load" + SCRIPT,
                        "00000000000000bb",
                        NOON.plusSeconds(7200),
                        Map.of("summary", SCRIPT + TURNED, "runbook_url", "javascript:alert(1)"),
                        Map.of("job", TURNED))))
                .get(0);
        hostile = opened.incidentId().getAsLong();
        hostileDump = opened.dumpId().getAsLong();
        archive.beginNext();
        archive.store(
                hostileDump,
                dump("kind=manual reason=\"" + SCRIPT + "\"", NOON.plusSeconds(7230))
                        .with(3, 8000, SCRIPT, "/" + SCRIPT, "R on=queue", "", Duration.ofMillis(5))
                        .with(
                                2,
                                8100,
                                TURNED_ESCAPED,
                                "/" + TURNED_ESCAPED,
                                "D on=sleep",
                                "  </text><script>alert(1)</script>\n  x;y\n",
                                Duration.ofMillis(5))
                        .with(
                                1,
                                8200,
                                "]]>&lt;\\\" onload=x y=\\\"",
                                "/a\\\"><img src=x onerror=alert(1)>",
                                "D on=sleep",
                                KernelStacks.JOURNAL,
                                Duration.ofMillis(5))
                        .raw());
    }

    /** @param since of the first writers, in milliseconds: they wait from dump to dump */
    private static WrittenDump busy(WrittenDump dump, int writers, int mounts, int since) {
        return vendor(dump)
                .with(5, 2000, "postgres", DATABASE, "D on=sleep", KernelStacks.JOURNAL, Duration.ofMillis(since))
                .with(
                        writers - 5,
                        2005,
                        "postgres",
                        DATABASE,
                        "D on=sleep",
                        KernelStacks.WRITE,
                        Duration.ofMillis(since / 7))
                .with(6, 3000, "java", POD, "R on=cpu-user", "", Duration.ofMillis(8))
                .with(2, 3006, "java", POD, "R on=queue", "", Duration.ofMillis(41))
                .with(1, 900, "kworker/u16:3", "/", "R on=cpu-kernel", KernelStacks.WRITE, Duration.ofMillis(2))
                .with(
                        mounts,
                        7000,
                        "df",
                        "/user.slice",
                        "D on=sleep",
                        KernelStacks.NFS,
                        Duration.ofMillis(since - 20_000));
    }

    private static WrittenDump vendor(WrittenDump dump) {
        return dump.with(
                2,
                410,
                "vendor-poll",
                "/",
                "D on=sleep",
                KernelStacks.VENDOR,
                Duration.between(NOON.minus(Duration.ofDays(20)), dump.at()));
    }

    private WrittenDump dump(String trigger, Instant at) {
        return WrittenDump.of(++dumps, trigger, at);
    }

    private long found(WrittenDump dump) throws Exception {
        return archive.storeFound(dump.raw()).orElseThrow().id();
    }

    private static RoutedAlert routed(
            String name, String fingerprint, Instant start, Map<String, String> annotations, Map<String, String> more) {
        Map<String, String> labels = new TreeMap<>(more);
        labels.put("alertname", name);
        labels.put("severity", "warning");
        return new RoutedAlert(
                new Alert(
                        fingerprint,
                        Alert.Status.FIRING,
                        labels,
                        annotations,
                        start,
                        Optional.empty(),
                        Optional.empty()),
                Optional.of(new RoutedAlert.Route("load", Duration.ZERO)));
    }

    /** Stores a dump that somebody asked for. */
    static long manual(Archive archive, RawDump raw) throws Exception {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(new Reason("test")), OptionalLong.empty());
        archive.store(id, raw);
        return id;
    }
}
