package io.loadmonitor.app;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as Prometheus writes them: {@code 512MB}, {@code 1.5GB}, {@code 4096}. As there, 1 KB is 1024 bytes. */
final class SizeText {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,3})?)(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?");
    private static final Map<Character, Integer> POWERS = Map.of('K', 10, 'M', 20, 'G', 30, 'T', 40);
    private static final double MAX = 1L << 50;

    private SizeText() {}

    /**
     * In bytes.
     *
     * @throws IllegalArgumentException with the text in quotes
     */
    static long parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException('"' + text + "\" is no size: expected one like \"512MB\" or \"2GB\"");
        }
        String unit = form.group(2) == null ? "B" : form.group(2);
        double bytes = Double.parseDouble(form.group(1)) * (1L << POWERS.getOrDefault(unit.charAt(0), 0));
        if (bytes > MAX) {
            throw new IllegalArgumentException('"' + text + "\" is too large");
        }
        return (long) bytes;
    }

    /** For people, with one digit behind the point: {@code 4.0 KB}, {@code 1.5 GB}. */
    static String shortly(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        String units = "KMGT";
        int unit = 0;
        double size = bytes / 1024.0;
        while (size >= 1024 && unit < units.length() - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", size, units.charAt(unit));
    }
}
