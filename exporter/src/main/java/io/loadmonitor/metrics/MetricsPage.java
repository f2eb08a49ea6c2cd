package io.loadmonitor.metrics;

import io.prometheus.client.exporter.common.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The text that Prometheus scrapes, read anew each time. Safe for use by several threads. */
public final class MetricsPage {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);
    private static final int TYPICAL_BYTES = 16_384;

    /** What the disk may take of a scrape, which is to be answered within a second: a large dump is parsed. */
    private static final Duration LAST_DUMP = Duration.ofMillis(600);

    private static final Duration TOTALS = Duration.ofMillis(200);

    private final List<FamilyReader> readers;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

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
                new TimedReader(new ArchiveReader(parts.archive(), parts.queueCapacity()), TOTALS),
                new ConfigReader(parts.reload()),
                new CertificateReader(parts.certificateExpiry()),
                new SiteReader(parts.externalUrl()),
                new BuildReader(parts.build()),
                OwnReader.process(),
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
        NameFilter filter = new NameFilter(names);
        Samples samples = new Samples();
        for (FamilyReader reader : readers) {
            if (reader.families().stream().anyMatch(filter::wants)
                    || filter.wants(Family.COLLECTOR_SUCCESS)
                    || filter.wants(Family.COLLECTOR_DURATION)) {
                read(reader, samples);
            }
        }
        return write(samples, filter, ExpositionFormat.preferred(accept));
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
        try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
            TextFormat.writeFormat(format.contentType(), writer, Collections.enumeration(samples.families(filter)));
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
        return new Exposition(bytes.toByteArray(), format.contentType());
    }
}
