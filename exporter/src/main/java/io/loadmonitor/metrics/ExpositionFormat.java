package io.loadmonitor.metrics;

import io.prometheus.client.exporter.common.TextFormat;
import java.util.Locale;

/** The two text formats of Prometheus, and which of them a client prefers. */
enum ExpositionFormat {
    TEXT(TextFormat.CONTENT_TYPE_004),
    OPENMETRICS(TextFormat.CONTENT_TYPE_OPENMETRICS_100);

    private static final int MAX_RANGES = 50;

    private final String contentType;

    ExpositionFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /**
     * Follows the header {@code Accept} (RFC 9110, 12.5.1) with its q-values, e.g. of Prometheus 2.42:
     * {@code application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75},
     * {@code text/plain;version=0.0.4;q=0.5,*}{@code /*;q=0.1}.
     * OpenMetrics is only for who names it and prefers it at least as much as plain text; everybody else gets plain
     * text, who accepts neither too: an answer in an unloved format is of more use than none.
     */
    static ExpositionFormat preferred(String accept) {
        double openMetrics = 0;
        double text = 0;
        int textDetail = 0;
        int ranges = 0;
        for (String range : accept.split(",", MAX_RANGES + 1)) {
            if (++ranges > MAX_RANGES) {
                break;
            }
            String[] parts = range.split(";", -1);
            String version = parameter(parts, "version");
            double quality = quality(parameter(parts, "q"));
            String type = parts[0].strip().toLowerCase(Locale.ROOT);
            if (type.equals("application/openmetrics-text") && (version.isEmpty() || version.equals("1.0.0"))) {
                openMetrics = Math.max(openMetrics, quality);
            }
            // The range that names the type most exactly decides, whatever a wildcard beside it says.
            int detail = switch (type) {
                case "text/plain" -> version.isEmpty() || version.equals("0.0.4") ? 3 : 0;
                case "text/*" -> 2;
                case "*/*" -> 1;
                default -> 0;
            };
            if (detail > textDetail || detail != 0 && detail == textDetail && quality > text) {
                text = quality;
                textDetail = detail;
            }
        }
        return openMetrics > 0 && openMetrics >= text ? OPENMETRICS : TEXT;
    }

    private static String parameter(String[] parts, String name) {
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            if (pair.length == 2 && pair[0].strip().equalsIgnoreCase(name)) {
                return pair[1].strip().replace("\"", "");
            }
        }
        return "";
    }

    /** 0 to 1; 1 where it is missing, 0 where it is no number. */
    private static double quality(String text) {
        if (text.isEmpty()) {
            return 1;
        }
        return text.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(text) : 0;
    }
}
