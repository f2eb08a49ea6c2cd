package io.loadmonitor.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The text that Prometheus scrapes, read anew each time. Safe for use by several threads. */
public final class MetricsPage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);

    /** What the disk may take of a scrape, which is to be answered within a second: a large dump is parsed. */
    private static final Duration LAST_DUMP = Duration.ofMillis(600);

    private static final Duration TOTALS = Duration.ofMillis(200);

    /** As often as the kernel takes its load average: what is asked of the disk is looked at anew then. */
    private static final Duration TICK = Duration.ofSeconds(5);

    private final List<FamilyReader> readers;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Asked, CompletableFuture<Exposition>> rendering = new ConcurrentHashMap<>();

    MetricsPage(List<FamilyReader> readers) {
        this.readers = List.copyOf(readers);
    }

    /** @param events counted so far and from now on */
    public static MetricsPage of(MetricsParts parts, EventCounts events) {
        List<FamilyReader> readers = new ArrayList<>(List.of(
                new LoadReader(parts.procFs(), parts.lastTick(), parts.load()),
                new TaskReader(parts.procFs(), parts.module(), parts.walkLimit(), parts.uninterruptible()),
                new HungTaskReader(parts.procFs()),
                new ModuleReader(parts.module(), parts.source(), parts.stacksReadable(), parts.lostDumps()),
                events,
                new ArchiveConditionReader(parts.archive()),
                new TimedReader(new LastDumpReader(parts.archive(), events, parts.causes(), parts.clock()), LAST_DUMP),
                new TickedReader(
                        new TimedReader(new ArchiveReader(parts.archive(), parts.queueCapacity()), TOTALS),
                        TICK,
                        // A setting that was read anew is no event, and yet shown at once.
                        () -> events.events() + ((long) parts.queueCapacity().getAsInt() << Integer.SIZE)),
                new ConfigReader(parts.reload()),
                new CertificateReader(parts.certificateExpiry()),
                new SiteReader(parts.externalUrl()),
                new BuildReader(parts.build()),
                new ProcessReader(),
                OwnReader.jvm()));
        parts.fleet().ifPresent(state -> readers.add(new FleetReader(state, parts.clock())));
        return new MetricsPage(readers);
    }

    /**
     * Reads the wanted families and writes them.
     *
     * @param names values of the query parameter {@code name[]}; none for all
     * @param accept header Accept; empty text where there is none
     */
    public Exposition render(Set<String> names, String accept) {
        Asked asked = new Asked(new NameFilter(names), ExpositionFormat.preferred(accept));
        CompletableFuture<Exposition> own = new CompletableFuture<>();
        CompletableFuture<Exposition> first = rendering.putIfAbsent(asked, own);
        if (first != null) {
            // Who asks while the same is being read gets that: several servers may scrape at the same moment.
            return first.join();
        }
        try {
            Exposition page = read(asked);
            own.complete(page);
            return page;
        } catch (RuntimeException | Error e) {
            own.completeExceptionally(e);
            throw e;
        } finally {
            rendering.remove(asked, own);
        }
    }

    /** Its threads end; what is asked later is still answered. */
    @Override
    public void close() {
        for (FamilyReader reader : readers) {
            if (reader instanceof TickedReader ticked) {
                ticked.close();
            }
        }
    }

    private record Asked(NameFilter filter, ExpositionFormat format) {}

    private Exposition read(Asked asked) {
        NameFilter filter = asked.filter();
        Samples samples = new Samples();
        for (FamilyReader reader : readers) {
            if (reader.families().stream().anyMatch(filter::wants)
                    || filter.wants(Family.COLLECTOR_SUCCESS)
                    || filter.wants(Family.COLLECTOR_DURATION)) {
                read(reader, samples);
            }
        }
        return write(samples, filter, asked.format());
    }

    private void read(FamilyReader reader, Samples samples) {
        long start = System.nanoTime();
        boolean success = false;
        try {
            Samples own = new Samples();
            reader.read(own);
            samples.addAll(own);
            success = true;
            if (failing.remove(reader.collector())) {
                LOG.info("collector {} works again", reader.collector());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // Said once, not at every scrape.
            if (failing.add(reader.collector())) {
                LOG.warn("collector {} failed", reader.collector(), e);
            }
        }
        samples.add(Family.COLLECTOR_DURATION, (System.nanoTime() - start) / 1e9, reader.collector());
        samples.add(Family.COLLECTOR_SUCCESS, success ? 1 : 0, reader.collector());
    }

    private static Exposition write(Samples samples, NameFilter filter, ExpositionFormat format) {
        PageText text = new PageText(format);
        samples.forEach(filter, text::add);
        return new Exposition(text.bytes(), format.contentType());
    }
}
