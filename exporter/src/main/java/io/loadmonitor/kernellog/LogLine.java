package io.loadmonitor.kernellog;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a log without what loggers put before it:
 *
 * <pre>{@code
 * [   35.570173] MESSAGE                                       dmesg
 * [  244.878944][   T74] MESSAGE                               dmesg, CONFIG_PRINTK_CALLER
 * <4>[   35.570173] MESSAGE                                    dmesg -r
 * kern  :warn  : [   35.570173] MESSAGE                        dmesg -x
 * [Tue Jan 24 19:33:12 2023] MESSAGE                           dmesg -T
 * 2026-11-22T12:04:10,123456+00:00 MESSAGE                     dmesg --time-format iso
 * 4,1234,35570173,-;MESSAGE                                    /dev/kmsg
 * Nov 22 12:04:10 host kernel: [   35.570173] MESSAGE          syslog, journalctl
 * 2026-11-22T12:04:10+0000 host kernel: MESSAGE                journalctl -o short-iso, rsyslog
 * Nov 22 12:04:10 host sshd[71]: MESSAGE                       another program's
 * }</pre>
 *
 * @param message what follows, with its own indentation; one character a byte
 * @param stamp the time as it stands there; empty for a line without one
 * @param seconds of the kernel's own clock
 * @param wall the time of day, where the line has the zone as well
 * @param caller the task or CPU that printed it ({@code T74}, {@code C1}); empty where that is not there
 * @param foreign whether another program than the kernel wrote it
 */
record LogLine(
        String message, String stamp, OptionalDouble seconds, Optional<Instant> wall, String caller, boolean foreign) {
    private static final Pattern LEVEL = Pattern.compile("^(?:<\\d{1,3}>|[a-z]{2,8} *:[a-z]{2,6} *: (?=\\[))");
    private static final Pattern RECORD = Pattern.compile("^\\d{1,5},\\d{1,20},(\\d{1,18}),[^;]{1,40};");
    private static final Pattern ISO = Pattern.compile(
            "^(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(?:([.,])(\\d{1,9}))?(Z|[+-]\\d\\d:?\\d\\d)? ");
    /** The month's name is in the language of who printed it. */
    private static final Pattern SYSLOG = Pattern.compile("^(?:[^\\s\\[\\]:,=]{2,16} (?=\\d{4}-))?"
            + "([^\\s\\[\\]:,=\\d]{2,16} [ 0-9]?\\d (?:\\d{4} )?\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?) ");

    private static final Pattern HOST_AND_TAG =
            Pattern.compile("^(?:[^\\s:\\[]{1,255} )?([^\\s:\\[]{1,64})(?:\\[\\d{1,10}\\])?: ?");
    private static final Pattern SECONDS =
            Pattern.compile("^\\s{0,64}\\[ {0,16}(\\d{1,12}\\.\\d{0,9})\\](?: ?\\[ {0,16}([TC]\\d{1,10})\\])? ?");
    private static final Pattern CTIME =
            Pattern.compile("^\\s{0,64}\\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]?\\d \\d\\d:\\d\\d:\\d\\d \\d{4})\\]"
                    + "(?: ?\\[ {0,16}([TC]\\d{1,10})\\])? ?");

    /** RFC 5424: {@code <13>1 2026-03-03T04:05:06Z box sshd 71 - - }. */
    private static final Pattern RFC_5424 =
            Pattern.compile("<\\d{1,3}>\\d \\S{1,64} \\S{1,255} (?!kernel\\b)[A-Za-z]\\S{0,47} \\S{1,128} \\S{1,32} ");

    private static final Pattern ANY_CLOCK = Pattern.compile("\\[ {0,16}(\\d{1,12}\\.\\d{0,9})[^\\]]{0,32}\\]");
    private static final Pattern ANY_CALLER = Pattern.compile("\\[ {0,16}([TC]\\d{1,10})\\]");
    private static final Pattern ANY_ISO = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(?:([.,])(\\d{1,9}))?(Z|[+-]\\d\\d:?\\d\\d)?");
    private static final Pattern ANY_SYSLOG = Pattern.compile(
            "(?<![^\\s\\[(<>])[^\\s\\[\\]:,=\\d]{2,16} [ 0-9]?\\d (?:\\d{4} )?\\d\\d:\\d\\d(?::\\d\\d)?(?"
                    + ":\\.\\d{1,9})?(?: \\d{4})?");
    private static final Pattern ANY_CTIME =
            Pattern.compile("[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]?\\d \\d\\d:\\d\\d:\\d\\d \\d{4}");
    private static final Pattern ANY_TIME = Pattern.compile("\\d\\d:\\d\\d:\\d\\d");

    /**
     * A line of which is known where the message begins.
     *
     * @param length of what stands before it
     */
    static LogLine at(String line, int length) {
        String prefix = line.substring(0, length);
        String message = line.substring(length);
        if (foreign(prefix)) {
            return new LogLine(message, "", OptionalDouble.empty(), Optional.empty(), "", true);
        }
        String stamp = "";
        OptionalDouble seconds = OptionalDouble.empty();
        Optional<Instant> wall = Optional.empty();
        Matcher clock = ANY_CLOCK.matcher(prefix);
        while (clock.find()) {
            stamp = clock.group(1);
            seconds = OptionalDouble.of(Double.parseDouble(stamp));
        }
        Matcher record = RECORD.matcher(prefix);
        Matcher iso = ANY_ISO.matcher(prefix);
        Matcher ctime = ANY_CTIME.matcher(prefix);
        Matcher syslog = ANY_SYSLOG.matcher(prefix);
        Matcher time = ANY_TIME.matcher(prefix);
        if (record.find()) {
            stamp = record.group(1);
            seconds = OptionalDouble.of(Long.parseLong(stamp) / 1e6);
        } else if (iso.find()) {
            stamp = iso.group();
            wall = instant(iso);
        } else if (ctime.find()) {
            stamp = ctime.group();
        } else if (syslog.find()) {
            stamp = syslog.group();
        } else if (stamp.isEmpty() && time.find()) {
            stamp = time.group();
        }
        Matcher caller = ANY_CALLER.matcher(prefix);
        return new LogLine(message, stamp, seconds, wall, caller.find() ? caller.group(1) : "", false);
    }

    /**
     * Whether what stands before a message says that another program than the kernel wrote it. Some relay the kernel's
     * own lines; then its clock stands there as well.
     */
    static boolean foreign(String prefix) {
        return !ANY_CLOCK.matcher(prefix).find()
                && (of(prefix.stripLeading()).foreign
                        || RFC_5424.matcher(prefix).lookingAt());
    }

    /** A line by the forms above, where nothing else tells where its message begins. */
    static LogLine of(String line) {
        String rest = line;
        String stamp = "";
        String caller = "";
        OptionalDouble seconds = OptionalDouble.empty();
        Optional<Instant> wall = Optional.empty();
        boolean logger = false;

        Matcher level = LEVEL.matcher(rest);
        if (level.find()) {
            rest = rest.substring(level.end());
        }
        Matcher record = RECORD.matcher(rest);
        if (record.find()) {
            double at = Long.parseLong(record.group(1)) / 1e6;
            return new LogLine(rest.substring(record.end()), record.group(1), OptionalDouble.of(at), wall, "", false);
        }
        Matcher iso = ISO.matcher(rest);
        Matcher syslog = SYSLOG.matcher(rest);
        if (iso.find()) {
            stamp = iso.group().strip();
            wall = instant(iso);
            logger = !",".equals(iso.group(3));
            rest = rest.substring(iso.end());
        } else if (syslog.find()) {
            stamp = syslog.group(1);
            logger = true;
            rest = rest.substring(syslog.end());
        }
        if (logger) {
            Matcher tag = HOST_AND_TAG.matcher(rest);
            if (tag.find() && !rest.startsWith("Call ")) {
                if (!tag.group(1).equals("kernel")) {
                    return new LogLine(rest, stamp, seconds, wall, "", true);
                }
                rest = rest.substring(tag.end());
            }
        }
        Matcher clock = SECONDS.matcher(rest);
        Matcher ctime = CTIME.matcher(rest);
        if (clock.find()) {
            seconds = OptionalDouble.of(Double.parseDouble(clock.group(1)));
            stamp = stamp.isEmpty() ? clock.group(1) : stamp;
            caller = clock.group(2) == null ? "" : clock.group(2);
            rest = rest.substring(clock.end());
        } else if (ctime.find()) {
            stamp = ctime.group(1);
            caller = ctime.group(2) == null ? "" : ctime.group(2);
            rest = rest.substring(ctime.end());
        }
        return new LogLine(rest, stamp, seconds, wall, caller, false);
    }

    private static Optional<Instant> instant(Matcher iso) {
        String zone = iso.group(5);
        if (zone == null) {
            return Optional.empty();
        }
        if (zone.length() == 5) {
            zone = zone.substring(0, 3) + ':' + zone.substring(3);
        }
        String fraction = iso.group(4) == null ? "" : '.' + iso.group(4);
        try {
            return Optional.of(OffsetDateTime.parse(iso.group(1) + 'T' + iso.group(2) + fraction + zone)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty(); // The 31st of February is no time, but the line is one all the same.
        }
    }
}
