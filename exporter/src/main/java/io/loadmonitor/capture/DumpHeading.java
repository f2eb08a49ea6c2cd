package io.loadmonitor.capture;

import io.loadmonitor.dump.RawDump;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first three lines of a dump, enough to tell dumps apart without reading megabytes:
 *
 * <pre>{@code
 * load_monitor dump version=1 id=17 source=kmod boot_id=6f1c... release=6.1.0-56-cloud-amd64
 * trigger kind=manual reason="alert LoadHigh" cause=present
 * time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000
 * }</pre>
 *
 * Two dumps with the same three lines are the same dump: ids may start again when the module is loaded again, the time
 * does not.
 */
record DumpHeading(List<String> lines) {
    private static final int LINES = 3;
    private static final Pattern MONOTONIC = Pattern.compile("^time .*\\bmonotonic_ns=([0-9]{1,18})(?: |$)");
    private static final Pattern ID = Pattern.compile(" id=([0-9]{1,18})(?: |$)");

    DumpHeading {
        lines = List.copyOf(lines);
    }

    static DumpHeading of(RawDump dump) {
        List<String> lines = new ArrayList<>(LINES);
        try (BufferedReader text =
                new BufferedReader(new InputStreamReader(dump.open(), StandardCharsets.ISO_8859_1), 512)) {
            for (String line = text.readLine(); line != null && lines.size() < LINES; line = text.readLine()) {
                lines.add(line);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading memory failed", impossible);
        }
        return new DumpHeading(lines);
    }

    /** The kernel's id; empty when the header is cut off. */
    OptionalLong id() {
        Matcher id = ID.matcher(lines.isEmpty() ? "" : lines.get(0));
        return id.find() ? OptionalLong.of(Long.parseLong(id.group(1))) : OptionalLong.empty();
    }

    /** CLOCK_MONOTONIC when it was taken; empty when the text does not say. */
    OptionalLong monotonicNanos() {
        Matcher time = MONOTONIC.matcher(lines.size() < LINES ? "" : lines.get(LINES - 1));
        return time.find() ? OptionalLong.of(Long.parseLong(time.group(1))) : OptionalLong.empty();
    }

    /** Whether it was taken because somebody wrote {@code reason}, in its escaped form, to the trigger. */
    boolean isManual(String reason) {
        String trigger = lines.size() < 2 ? "" : lines.get(1);
        return trigger.startsWith("trigger kind=manual ") && (trigger + ' ').contains(" reason=\"" + reason + "\" ");
    }
}
