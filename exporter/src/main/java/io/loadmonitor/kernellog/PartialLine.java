package io.loadmonitor.kernellog;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines of a container's log that its runtime cut in parts; all but the last are marked {@code P}:
 *
 * <pre>{@code
 * 2026-03-03T04:05:06.123456789Z stderr P INFO: task cp:930 blocked
 * 2026-03-03T04:05:06.123456789Z stderr F  for more than 122 seconds.
 * }</pre>
 *
 * Not thread-safe.
 */
final class PartialLine {
    private static final Pattern CRI = Pattern.compile(
            "^(\\d{4}-\\d\\d-\\d\\dT[0-9:.]{8,20}(?:Z|[+-]\\d\\d:\\d\\d) (?:stdout|stderr) )([PF]) (.*)$");

    private String before = "";
    private String text = "";

    /** The whole line; empty for a part of one. */
    Optional<String> take(String line) {
        Matcher cri = CRI.matcher(line);
        if (!cri.matches()) {
            // What was begun is lost sight of: another stream's or no container's line stands between.
            return Optional.of(line);
        }
        boolean part = cri.group(2).equals("P");
        if (text.isEmpty()) {
            before = cri.group(1) + "F ";
        }
        if (text.length() + cri.group(3).length() <= TextLines.LONGEST) {
            text += cri.group(3);
        }
        if (part) {
            return Optional.empty();
        }
        Optional<String> whole = Optional.of(before + text);
        text = "";
        return whole;
    }
}
