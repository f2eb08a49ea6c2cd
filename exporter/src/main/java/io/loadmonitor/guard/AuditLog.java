package io.loadmonitor.guard;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Who did what, in the log under the name {@code audit}: a line for each message of Alertmanager, each dump that was
 * asked for and each change, taken or refused. Of the messages, and of each kind of what is refused, at most
 * {@link #SPACING} are written, so that nobody fills the disk by asking; the next line says how many were left out. A
 * dump or a change that somebody was allowed always has its line: dumps are taken one after another with a pause
 * between them, and who may change something may be trusted with the disk. Safe for use by several threads.
 */
public final class AuditLog implements AutoCloseable {
    /** At once, and then one after another: 17,280 lines of some 250 bytes a day. */
    static final RateLimit SPACING = new RateLimit(Duration.ofSeconds(5), 100);

    private static final Logger LOG = LoggerFactory.getLogger("io.loadmonitor.audit");
    private static final int MAX_DETAIL = 300;

    /** Of those that are spaced. */
    private final Map<Action, Lines> taken = new EnumMap<>(Action.class);

    private final Map<Action, Lines> refused = new EnumMap<>(Action.class);

    /** @param nanoTime by which lines are spaced */
    public AuditLog(LongSupplier nanoTime) {
        taken.put(Action.ALERT, new Lines(nanoTime));
        for (Action action : Action.values()) {
            refused.put(action, new Lines(nanoTime));
        }
    }

    /** What is done. */
    public enum Action {
        /** A message of Alertmanager. */
        ALERT,
        /** A dump now. */
        TRIGGER,
        /** A note or the tags of an incident. */
        REMARK,
        /** Reading the configuration again. */
        RELOAD,
        /** Other settings of the web server, which are read when their file changes. */
        ACCESS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One thing that somebody did.
     *
     * @param who such as {@code user:anna}
     * @param address from where; empty for this host itself
     * @param detail what was asked for, in the client's words too; empty for nothing
     * @param outcome in words or as a status
     */
    public record Entry(Action action, boolean taken, String who, String address, String detail, String outcome) {}

    /** One kind of lines; guarded by itself. */
    private static final class Lines {
        private final Bucket bucket;
        private long leftOut;

        Lines(LongSupplier nanoTime) {
            this.bucket = new Bucket(SPACING, nanoTime);
        }

        /** How many were left out before this one; below zero when this one is left out. */
        synchronized long next() {
            if (!bucket.take()) {
                leftOut++;
                return -1;
            }
            return takeLeftOut();
        }

        synchronized long takeLeftOut() {
            long before = leftOut;
            leftOut = 0;
            return before;
        }
    }

    public void write(Entry entry) {
        Lines lines = (entry.taken() ? taken : refused).get(entry.action());
        long leftOut = lines == null ? 0 : lines.next();
        if (leftOut < 0) {
            return;
        }
        LoggingEventBuilder line = entry.taken() ? LOG.atInfo() : LOG.atWarn();
        line = line.addKeyValue("action", entry.action().word()).addKeyValue("who", entry.who());
        if (!entry.address().isEmpty()) {
            line = line.addKeyValue("address", entry.address());
        }
        if (!entry.detail().isEmpty()) {
            String detail = entry.detail();
            line = line.addKeyValue(
                    "detail", detail.length() > MAX_DETAIL ? detail.substring(0, MAX_DETAIL) + "..." : detail);
        }
        line = line.addKeyValue("outcome", entry.outcome());
        if (leftOut > 0) {
            line = line.addKeyValue("left_out", leftOut);
        }
        line.log(entry.taken() ? "taken" : "refused");
    }

    /** Says what was left out since the last lines. */
    @Override
    public void close() {
        tellLeftOut(taken, "taken");
        tellLeftOut(refused, "refused");
    }

    private static void tellLeftOut(Map<Action, Lines> kinds, String what) {
        kinds.forEach((action, lines) -> {
            long leftOut = lines.takeLeftOut();
            if (leftOut > 0) {
                LOG.atInfo()
                        .addKeyValue("action", action.word())
                        .addKeyValue("left_out", leftOut)
                        .log("lines of what was {} were left out", what);
            }
        });
    }
}
