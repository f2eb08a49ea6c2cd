package io.loadmonitor.archive;

import io.loadmonitor.archive.RoutedAlert.Route;
import java.util.Optional;

/**
 * What limits need to know of who asks for a capture.
 *
 * @param trigger who asks
 * @param rule of the alert; empty where no rule is concerned
 * @param otherHost label instance of an alert that names another host; empty text for this host
 * @param first whether it is the first dump of an incident of this host
 */
record CaptureWish(DumpTrigger trigger, Optional<Route> rule, String otherHost, boolean first) {
    static CaptureWish of(DumpTrigger trigger, boolean first) {
        return new CaptureWish(trigger, Optional.empty(), "", first);
    }

    /** The first dump of an incident whose alert was put off is the alert's own, which comes later. */
    DumpTrigger countsAs() {
        return trigger == DumpTrigger.FOLLOW_UP && first && rule.isPresent() ? DumpTrigger.ALERT : trigger;
    }
}
