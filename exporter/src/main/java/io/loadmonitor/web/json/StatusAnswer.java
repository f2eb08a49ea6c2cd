package io.loadmonitor.web.json;

import io.loadmonitor.archive.ArchiveTotals;
import io.loadmonitor.desk.RuleStatus;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a dump would be taken now, and if not, why and when. */
public record StatusAnswer(
        String version,
        String host,
        boolean ready,
        @Nullable String notReady,
        Source source,
        List<Limit> limits,
        Stored archive) {

    public StatusAnswer {
        limits = List.copyOf(limits);
    }

    /** Where dumps come from. */
    public record Source(
            String kind, String reason, @Nullable String moduleVersion) {}

    /** One rule, the manual requests, or the source. */
    public record Limit(
            String kind,
            String name,
            String state,
            String why,
            @Nullable String next) {
        public static Limit of(RuleStatus status) {
            return new Limit(
                    status.kind().name().toLowerCase(Locale.ROOT),
                    status.name(),
                    status.state().name().toLowerCase(Locale.ROOT),
                    status.why(),
                    status.next().map(Instant::toString).orElse(null));
        }
    }

    /** How full the archive is. */
    public record Stored(long dumps, long bytes, @Nullable String oldest, int waiting) {
        public static Stored of(ArchiveTotals totals) {
            return new Stored(
                    totals.dumps(),
                    totals.bytes(),
                    totals.oldest().map(Instant::toString).orElse(null),
                    totals.waiting());
        }
    }
}
