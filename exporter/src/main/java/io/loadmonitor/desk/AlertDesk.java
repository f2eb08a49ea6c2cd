package io.loadmonitor.desk;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.archive.AlertReason;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.RoutedAlert;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes alerts in. Safe for use by several threads. */
public final class AlertDesk {
    private static final Logger log = LoggerFactory.getLogger(AlertDesk.class);

    private final Supplier<Rules> rules;
    private final InstanceNames names;
    private final Archive archive;
    private final CaptureDesk captures;
    private final AlertObserver observer;

    /** @param rules asked for each message, so that rules read anew take effect */
    public AlertDesk(
            Supplier<Rules> rules, InstanceNames names, Archive archive, CaptureDesk captures, AlertObserver observer) {
        this.rules = rules;
        this.names = names;
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
        List<IntakeOutcome> outcomes;
        try {
            List<RoutedAlert> routed = new ArrayList<>(message.alerts().size());
            for (Alert alert : message.alerts()) {
                routed.add(route(now, alert, message.externalUrl()));
            }
            outcomes = archive.takeIn(routed);
        } catch (ArchiveException e) {
            if (e.reason() != ArchiveException.Reason.CLOSED) {
                // The sender comes again, and the load may be gone by then.
                message.alerts().stream()
                        .filter(alert -> alert.status() == Alert.Status.FIRING
                                && now.ruleFor(alert).isPresent())
                        .findFirst()
                        .ifPresent(alert -> captures.takeUnnoted(DumpTrigger.ALERT, AlertReason.of(alert.name())));
            }
            throw e;
        }
        if (outcomes.stream().anyMatch(IntakeOutcome::stored)) {
            captures.wake();
        }
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i).dumpId().isPresent()
                    && outcomes.get(i).withoutDump().isEmpty()) {
                // It may be a first one: then others are refused all the same.
                captures.granted(now.ruleFor(message.alerts().get(i)).map(Rule::name), true);
            }
        }
        outcomes.forEach(this::tell);
        observer.takenIn(outcomes);
        if (!message.malformed().isEmpty()) {
            log.warn(
                    "{} alerts of a message cannot be read, the others are stored: {}",
                    message.malformed().size(),
                    message.malformed().get(0).problem());
            observer.malformed(message.malformed().size());
        }
        return outcomes;
    }

    private RoutedAlert route(Rules rules, Alert alert, Optional<String> externalUrl) throws ArchiveException {
        Optional<Rule> rule = rules.ruleFor(alert);
        boolean foreign = rule.isPresent() && names.foreign(alert.labels().getOrDefault("instance", ""));
        return new RoutedAlert(
                alert, rule.filter(wanting -> !foreign || !names.refused()).map(Rule::route), foreign, externalUrl);
    }

    private void tell(IntakeOutcome outcome) {
        outcome.refusal().ifPresent(refusal -> captures.refused(DumpTrigger.ALERT, refusal));
        if (outcome.withoutDump().equals(Optional.of(IntakeOutcome.WithoutDump.LIMIT))) {
            // Why, is said once for all of them.
            log.info(
                    "Alert {}: incident {}, without a dump of its own for now",
                    outcome.alert().fingerprint(),
                    outcome.incidentId().orElseThrow());
        } else if (outcome.stored()) {
            log.info("Alert {}: {}", outcome.alert().fingerprint(), outcome.detail());
        } else {
            log.debug("Alert {}: {}", outcome.alert().fingerprint(), outcome.detail());
        }
    }
}
