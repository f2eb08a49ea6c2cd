package io.loadmonitor.web;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request, read strictly: a filter that is misspelt must not let everything through. A parameter without
 * a value counts as not given, as HTML forms send it.
 */
final class QueryParameters {
    private static final Pattern LOCAL_TIME =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?");

    private static final Pattern UNIX_SECONDS = Pattern.compile("[0-9]{1,11}(\\.[0-9]{1,9})?");

    /** As Grafana writes its own times, {@code ${__from}}: 1795349050123. From September of 2001 on. */
    private static final Pattern UNIX_MILLIS = Pattern.compile("[0-9]{13,14}");

    private final Map<String, List<String>> values;

    private QueryParameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Any parameters, each as often as it likes. */
    static QueryParameters any(@Nullable String query) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (query != null) {
            for (String pair : query.split("&")) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                if (!value.isEmpty() || !name.isEmpty()) {
                    values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
                }
            }
        }
        return new QueryParameters(values);
    }

    /** Only the given ones, each once at most. */
    static QueryParameters only(@Nullable String query, Set<String> known) {
        QueryParameters parameters = any(query);
        parameters.values.forEach((name, given) -> {
            if (!known.contains(name)) {
                throw Refusal.badParameter("There is no parameter " + QuotedText.of(name) + " here"
                        + (known.isEmpty() ? "." : ", only " + String.join(", ", new TreeSet<>(known)) + "."));
            }
            if (given.size() > 1) {
                throw Refusal.badParameter("Parameter \"" + name + "\" is given " + given.size() + " times: "
                        + QuotedText.of(given.get(0)) + ", " + QuotedText.of(given.get(1)) + ".");
            }
        });
        return parameters;
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of()).stream()
                .filter(value -> !value.isEmpty())
                .toList();
    }

    Optional<String> text(String name) {
        return all(name).stream().findFirst();
    }

    /**
     * RFC 3339 with any offset, without one as a form's field gives it (then it is UTC), or seconds since 1970, or
     * milliseconds of at least 13 digits.
     */
    Optional<Instant> time(String name) {
        return text(name)
                .map(value -> parse(
                        name,
                        value,
                        QueryParameters::instant,
                        "a time like 2026-11-22T12:04:10Z, or seconds or milliseconds since 1970"));
    }

    /** @param wanted what matches, in words */
    Optional<String> matching(String name, Pattern pattern, String wanted) {
        text(name).filter(value -> !pattern.matcher(value).matches()).ifPresent(value -> {
            throw bad(name, value, wanted);
        });
        return text(name);
    }

    Optional<Boolean> flag(String name) {
        return text(name).map(value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(name, value, "true or false");
        });
    }

    int number(String name, int fallback, int least, int most) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return fallback;
        }
        String wanted = "a number from " + least + " to " + most;
        int number = parse(name, value.get(), Integer::parseInt, wanted);
        if (number < least || number > most) {
            throw bad(name, value.get(), wanted);
        }
        return number;
    }

    /** One of a few words. */
    <T> Optional<T> word(String name, Map<String, T> words) {
        return text(name).map(value -> {
            T found = words.get(value);
            if (found == null) {
                throw bad(name, value, "one of " + String.join(", ", new TreeSet<>(words.keySet())));
            }
            return found;
        });
    }

    /** A value that another package reads. */
    static Refusal bad(String name, String value, String wanted) {
        return Refusal.badParameter(
                "Parameter \"" + name + "\" is " + QuotedText.of(value) + ", but must be " + wanted + ".");
    }

    private static <T> T parse(String name, String value, Function<String, T> parser, String wanted) {
        try {
            return parser.apply(value);
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw bad(name, value, wanted);
        }
    }

    private static Instant instant(String value) {
        if (LOCAL_TIME.matcher(value).matches()) {
            return LocalDateTime.parse(value).toInstant(ZoneOffset.UTC);
        }
        if (UNIX_MILLIS.matcher(value).matches()) {
            return Instant.ofEpochMilli(Long.parseLong(value));
        }
        if (!UNIX_SECONDS.matcher(value).matches()) {
            return OffsetDateTime.parse(value).toInstant();
        }
        return Instant.EPOCH.plusNanos(new BigDecimal(value).movePointRight(9).longValueExact());
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badParameter(
                    "The query has a percent sign that begins no escape: " + QuotedText.of(text) + ".");
        }
    }
}
