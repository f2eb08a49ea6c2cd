package io.loadmonitor.archive;

import io.loadmonitor.dump.Reason;

/**
 * {@code alert NAME incident N}, the reason of a dump that an alert asked for. The name is under somebody else's
 * control, and the kernel module takes 63 printable characters, so the name is cut and everything in it that is not
 * plain printable ASCII becomes a question mark: the text then is the same in escaped and in plain form. The number
 * leads to the whole name.
 */
public final class AlertReason {
    private static final int MAX_LENGTH = Reason.MAX_LENGTH;
    private static final String INCIDENT = " incident ";

    private AlertReason() {}

    /** Where the incident is not known: {@code alert NAME}. */
    public static Reason of(String alertName) {
        return of(alertName, "");
    }

    /** Whether both are of an alert of that name, as far as it is not cut off. */
    static boolean sameAlert(Reason unnoted, String reserved) {
        int end = reserved.lastIndexOf(INCIDENT);
        String name = end < 0 ? reserved : reserved.substring(0, end);
        return unnoted.text().equals(name)
                || reserved.length() == MAX_LENGTH && unnoted.text().startsWith(name);
    }

    static Reason of(String alertName, long incidentId) {
        return of(alertName, INCIDENT + incidentId);
    }

    private static Reason of(String alertName, String end) {
        StringBuilder name = new StringBuilder();
        alertName
                .codePoints()
                .limit(MAX_LENGTH - "alert ".length() - end.length())
                .forEach(c -> name.append(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\' ? (char) c : '?'));
        return new Reason("alert " + name + end);
    }
}
