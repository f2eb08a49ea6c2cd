package io.loadmonitor.incident;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.RoutedAlert;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes alerts in. Safe for use by several threads. */
public final class AlertDesk {
    private static final Logger log = LoggerFactory.getLogger(AlertDesk.class);

    private final Supplier<Rules> rules;
    private final Archive archive;
    private final CaptureDesk captures;
    private final AlertObserver observer;

    /** @param rules asked for each message, so that rules read anew take effect */
    public AlertDesk(Supplier<Rules> rules, Archive archive, CaptureDesk captures, AlertObserver observer) {
        this.rules = rules;
        this.archive = archive;
        this.captures = captures;
        this.observer = observer;
    }

    /**
     * Stores what the message says and asks for the dumps that it calls for. When it returns, that survives a crash;
     * the dumps follow later.
     *
     * @return one outcome for each alert, in the message's order
     * @throws ArchiveException when nothing could be stored; the sender should try again
     */
    public List<IntakeOutcome> accept(AlertMessage message) throws ArchiveException {
        Rules now = rules.get();
        List<RoutedAlert> routed =
                message.alerts().stream().map(alert -> route(now, alert)).toList();
        List<IntakeOutcome> outcomes;
        try {
            outcomes = archive.takeIn(routed);
        } catch (ArchiveException e) {
            // The worker makes room when it is woken.
            captures.wake();
            throw e;
        }
        if (outcomes.stream().anyMatch(IntakeOutcome::stored)) {
            captures.wake();
        }
        outcomes.forEach(AlertDesk::tell);
        observer.takenIn(outcomes);
        return outcomes;
    }

    private static RoutedAlert route(Rules rules, Alert alert) {
        return new RoutedAlert(
                alert, rules.ruleFor(alert).map(rule -> new RoutedAlert.Route(rule.name(), rule.cooldown())));
    }

    private static void tell(IntakeOutcome outcome) {
        if (outcome.stored()) {
            log.info("Alert {}: {}", outcome.alert().fingerprint(), outcome.detail());
        } else {
            log.debug("Alert {}: {}", outcome.alert().fingerprint(), outcome.detail());
        }
    }
}
