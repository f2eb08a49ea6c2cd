package io.loadmonitor.flame;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads a pprof profile with Google's own protocol buffers library, by the field numbers of profile.proto, as pprof
 * does: every number must refer to something that is there.
 */
final class PprofReader {
    /**
     * @param stack names of functions, innermost first
     * @param labels by key
     */
    record Sample(List<String> stack, long value, Map<String, String> labels) {}

    record Profile(
            List<Sample> samples, List<String> types, List<String> comments, long timeNanos, String defaultType) {}

    private final UnknownFieldSet profile;
    private final List<String> strings;
    private final Map<Long, String> functions = new HashMap<>();
    private final Map<Long, String> locations = new HashMap<>();

    private PprofReader(byte[] message) {
        profile = parse(message);
        strings = profile.getField(6).getLengthDelimitedList().stream()
                .map(ByteString::toStringUtf8)
                .toList();
        if (!strings.get(0).isEmpty()) {
            throw new AssertionError("the first string must be empty, not " + strings.get(0));
        }
        for (UnknownFieldSet function : messages(profile, 5)) {
            unique(functions.put(number(function, 1), strings.get((int) number(function, 2))));
        }
        List<Long> mappings =
                messages(profile, 3).stream().map(mapping -> number(mapping, 1)).toList();
        for (UnknownFieldSet location : messages(profile, 4)) {
            if (!mappings.contains(number(location, 2))) {
                throw new AssertionError("no mapping has the number " + number(location, 2));
            }
            UnknownFieldSet line = messages(location, 4).get(0);
            unique(locations.put(number(location, 1), found(functions.get(number(line, 1)))));
        }
        if (functions.containsKey(0L) || locations.containsKey(0L)) {
            throw new AssertionError("0 is no id");
        }
    }

    static Profile read(byte[] file) {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(file))) {
            return new PprofReader(gzip.readAllBytes()).profile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Profile profile() {
        List<Sample> samples = new ArrayList<>();
        for (UnknownFieldSet sample : messages(profile, 2)) {
            List<String> stack = numbers(sample, 1).stream()
                    .map(id -> found(locations.get(id)))
                    .toList();
            List<Long> values = numbers(sample, 2);
            Map<String, String> labels = new HashMap<>();
            messages(sample, 3).forEach(label -> labels.put(text(number(label, 1)), text(number(label, 2))));
            if (values.size() != messages(profile, 1).size()) {
                throw new AssertionError(
                        values.size() + " values for " + messages(profile, 1).size() + " types");
            }
            samples.add(new Sample(stack, values.get(0), labels));
        }
        return new Profile(
                samples,
                messages(profile, 1).stream()
                        .map(type -> text(number(type, 1)) + "/" + text(number(type, 2)))
                        .toList(),
                numbers(profile, 13).stream().map(this::text).toList(),
                profile.hasField(9) ? number(profile, 9) : 0,
                text(number(profile, 14)));
    }

    private String text(long index) {
        return strings.get((int) index);
    }

    private static String found(String name) {
        if (name == null) {
            throw new AssertionError("a number refers to nothing");
        }
        return name;
    }

    private static void unique(String earlier) {
        if (earlier != null) {
            throw new AssertionError("two things have the number of " + earlier);
        }
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().stream()
                .map(bytes -> parse(bytes.toByteArray()))
                .toList();
    }

    private static long number(UnknownFieldSet message, int field) {
        return message.getField(field).getVarintList().get(0);
    }

    private static List<Long> numbers(UnknownFieldSet message, int field) {
        List<Long> numbers = new ArrayList<>();
        for (ByteString packed : message.getField(field).getLengthDelimitedList()) {
            try {
                CodedInputStream in = packed.newCodedInput();
                while (!in.isAtEnd()) {
                    numbers.add(in.readInt64());
                }
            } catch (IOException e) {
                throw new AssertionError("field " + field + " is not packed numbers", e);
            }
        }
        return numbers;
    }

    private static UnknownFieldSet parse(byte[] message) {
        try {
            return UnknownFieldSet.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("not a protocol buffer", e);
        }
    }
}
