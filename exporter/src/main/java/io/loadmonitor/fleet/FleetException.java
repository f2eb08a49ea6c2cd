package io.loadmonitor.fleet;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** The fleet's store could not do what was asked. The message is for people, and holds no password. */
public final class FleetException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 500;

    private final Reason reason;

    FleetException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    FleetException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What a person has to do about it. */
    public enum Reason {
        /** Nobody answers there, or the server ends: it passes. */
        UNREACHABLE,
        /** The certificates do not fit. */
        TLS,
        /** The server does not know this user, password or database. */
        LOGIN,
        /** The user has not the role for this. */
        RIGHTS,
        /** There is no store, or none of this version: {@code load-monitor-exporter fleet init}. */
        SCHEMA,
        /** The server's disk is full. */
        FULL,
        /** The server has too much to do: no connection is left, a lock or an answer took too long. */
        BUSY,
        /** The server refuses what is in the batch. */
        REFUSED,
        /** This host's archive does not answer. */
        ARCHIVE,
        /** Anything else. */
        OTHER;

        /** As it stands in metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Reason reason() {
        return reason;
    }

    /** @see <a href="https://www.postgresql.org/docs/15/errcodes-appendix.html">codes of errors</a> */
    static FleetException of(String doing, SQLException failure) {
        // Where in the function it happened says nothing to people.
        String why = String.valueOf(failure.getMessage())
                .replaceFirst("(?s)\\R\\s*Where: .*", "")
                .replaceAll("\\s*\\R\\s*", "; ");
        if (why.length() > LONGEST) {
            why = why.substring(0, LONGEST) + "...";
        }
        return new FleetException(reason(failure), "cannot " + doing + ": " + why, failure);
    }

    private static Reason reason(SQLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return Reason.TLS;
            }
        }
        String code = failure.getSQLState() == null ? "" : failure.getSQLState();
        String message = String.valueOf(failure.getMessage());
        // The driver says of a name that does not fit: "The hostname x could not be verified by hostnameverifier ...".
        if (code.startsWith("08")
                && (message.contains("SSL")
                        || message.contains("certificate")
                        || message.contains("hostnameverifier"))) {
            return Reason.TLS;
        }
        // "connection requires a valid client certificate", "certificate authentication failed for user x"
        if (code.startsWith("28") && message.contains("certificate")) {
            return Reason.TLS;
        }
        return switch (code) {
            case "42501" -> Reason.RIGHTS;
            case "3D000" -> Reason.LOGIN;
            case "3F000", "42883", "42P01", "42703", "0A000" -> Reason.SCHEMA;
            case "53100" -> Reason.FULL;
            case "57014", "55P03", "40001", "40P01" -> Reason.BUSY;
            default -> ofClass(code);
        };
    }

    private static Reason ofClass(String code) {
        if (starts(code, "08", "57")) {
            return Reason.UNREACHABLE;
        }
        if (starts(code, "28")) {
            return Reason.LOGIN;
        }
        if (starts(code, "53")) {
            return Reason.BUSY;
        }
        return starts(code, "22", "23", "54", "21") ? Reason.REFUSED : Reason.OTHER;
    }

    private static boolean starts(String code, String... classes) {
        return Arrays.stream(classes).anyMatch(code::startsWith);
    }
}
