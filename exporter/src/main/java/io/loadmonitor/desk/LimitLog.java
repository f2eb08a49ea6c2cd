package io.loadmonitor.desk;

import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.archive.Refusal;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that a limit begins to refuse dumps, and that it allows them again: once each, however many alerts
 * there are. Thread-safe.
 */
final class LimitLog {
    private static final Logger log = LoggerFactory.getLogger(LimitLog.class);

    /** Subjects of limits that refuse; rules and hosts are few. Guarded by this. */
    private final Set<String> refusing = new HashSet<>();

    private static final int MOST = 1_000;

    synchronized void refused(Refusal refusal) {
        if (worthALine(refusal.limit()) && refusing.size() < MOST && refusing.add(refusal.subject())) {
            log.warn("No dump: {}; said once until there is one", refusal.explanation());
        }
    }

    /**
     * A dump was allowed that such a limit could have refused.
     *
     * @param first whether it is the first dump of an incident; that says nothing of further ones
     */
    synchronized void granted(String subject, boolean first) {
        // A rule's alerts of another host are counted by themselves, and have no line of their own here.
        refusing.removeIf(other -> other.startsWith(subject + " for ") && !other.endsWith(Refusal.FURTHER));
        if (refusing.remove(subject) || !first && refusing.contains(subject + Refusal.FURTHER)) {
            log.info("Dumps are taken again: {}", subject);
        }
        if (!first) {
            refusing.remove(subject + Refusal.FURTHER);
        }
    }

    /** A cooldown and people who ask twice are of every day. */
    private static boolean worthALine(LimitKind kind) {
        return switch (kind) {
            case RULE, HOST, QUEUE -> true;
            case COOLDOWN, SPACING, PEOPLE -> false;
        };
    }
}
