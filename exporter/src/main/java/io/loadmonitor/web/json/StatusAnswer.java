package io.loadmonitor.web.json;

import io.loadmonitor.archive.ArchiveTotals;
import io.loadmonitor.archive.LimitState;
import io.loadmonitor.desk.RuleStatus;
import io.loadmonitor.desk.TriggerStatus;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a dump would be taken now, and if not, why and when.
 *
 * @param notes what else a person has to know, such as a damaged archive that was moved aside
 * @param limits and archive are not there while the archive does not answer
 */
public record StatusAnswer(
        String version,
        String host,
        boolean ready,
        @Nullable String notReady,
        Source source,
        List<Trigger> triggers,
        List<String> notes,
        @Nullable List<Limit> limits,
        @Nullable Stored archive) {

    public StatusAnswer {
        triggers = List.copyOf(triggers);
        notes = List.copyOf(notes);
        limits = limits == null ? null : List.copyOf(limits);
    }

    /** Where dumps come from. */
    public record Source(
            String kind, String reason, @Nullable String moduleVersion) {}

    /** Who takes a dump by itself because of one thing. */
    public record Trigger(String name, String by, String words) {
        public static Trigger of(TriggerStatus status) {
            return new Trigger(status.name(), status.by().name().toLowerCase(Locale.ROOT), status.words());
        }
    }

    /**
     * One rule, the host, the manual requests, or the source.
     *
     * @param window how far its dumps within a time are used up; null where any number is allowed
     */
    public record Limit(
            String kind,
            String name,
            String state,
            String why,
            @Nullable String next,
            @Nullable Window window) {
        public static Limit of(RuleStatus status) {
            return new Limit(
                    status.kind().name().toLowerCase(Locale.ROOT),
                    status.name(),
                    status.state().name().toLowerCase(Locale.ROOT),
                    status.why(),
                    status.next().map(Instant::toString).orElse(null),
                    status.use().map(Window::of).orElse(null));
        }
    }

    /** So many dumps of those that are allowed within a time. */
    public record Window(int used, int most, long seconds) {
        static Window of(LimitState.Use use) {
            return new Window(
                    use.used(), use.window().most(), use.window().per().toSeconds());
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
