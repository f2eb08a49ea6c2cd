package io.loadmonitor.flame;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * A profile for pprof (https://github.com/google/pprof/blob/main/proto/profile.proto): gzip around a protocol buffer.
 * One sample a stack, its value the number of tasks; each function has one location of the same number. The program's
 * name is the outermost function, as in a flame graph, and the label {@code comm} too, so that {@code -tagfocus} finds
 * it. Stateless, safe for use by several threads.
 */
public final class PprofProfile {
    private static final int SAMPLE_TYPE = 1;
    private static final int SAMPLE = 2;
    private static final int MAPPING = 3;
    private static final int LOCATION = 4;
    private static final int FUNCTION = 5;
    private static final int STRING_TABLE = 6;
    private static final int TIME_NANOS = 9;
    private static final int COMMENT = 13;
    private static final int DEFAULT_SAMPLE_TYPE = 14;

    /** What all functions are said to come from, so that pprof looks for no program to find their names in. */
    private static final long KERNEL = 1;

    private PprofProfile() {}

    /**
     * @param taken when the dump was taken
     * @param comment what it is of, for people
     */
    public static byte[] write(List<FoldedStack> stacks, Optional<Instant> taken, String comment) {
        SampledProfile profile = SampledProfile.of(stacks);
        Strings strings = new Strings();
        ProtobufWriter out = new ProtobufWriter();
        long tasks = strings.index("tasks");
        out.message(SAMPLE_TYPE, new ProtobufWriter().number(1, tasks).number(2, strings.index("count")));
        for (int i = 0; i < profile.samples().size(); i++) {
            List<Integer> sample = profile.samples().get(i);
            out.message(
                    SAMPLE,
                    new ProtobufWriter()
                            .numbers(1, innermostFirst(sample))
                            .numbers(2, List.of((long) profile.weights().get(i)))
                            .message(
                                    3,
                                    new ProtobufWriter()
                                            .number(1, strings.index("comm"))
                                            .number(
                                                    2,
                                                    strings.index(
                                                            profile.names().get(sample.get(0))))));
        }
        out.message(
                MAPPING,
                new ProtobufWriter()
                        .number(1, KERNEL)
                        .number(5, strings.index("[kernel.kallsyms]"))
                        .number(7, 1));
        for (int i = 0; i < profile.names().size(); i++) {
            long name = strings.index(profile.names().get(i));
            out.message(
                    LOCATION,
                    new ProtobufWriter()
                            .number(1, number(i))
                            .number(2, KERNEL)
                            .message(4, new ProtobufWriter().number(1, number(i))));
            out.message(
                    FUNCTION,
                    new ProtobufWriter().number(1, number(i)).number(2, name).number(3, name));
        }
        long commentIndex = strings.index(comment);
        strings.texts().forEach(text -> out.text(STRING_TABLE, text));
        taken.flatMap(PprofProfile::epochNanos).ifPresent(nanos -> out.number(TIME_NANOS, nanos));
        out.numbers(COMMENT, List.of(commentIndex)).number(DEFAULT_SAMPLE_TYPE, tasks);
        return gzip(out.toByteArray());
    }

    private static List<Long> innermostFirst(List<Integer> sample) {
        List<Long> locations = new ArrayList<>();
        sample.forEach(index -> locations.add(number(index)));
        Collections.reverse(locations);
        return locations;
    }

    /** Of a location and its function: 0 is not allowed. */
    private static long number(int index) {
        return index + 1L;
    }

    /**
     * Empty for a time that nanoseconds in 64 bits cannot say, before 1677 or after 2262: the host's clock is wrong.
     */
    private static Optional<Long> epochNanos(Instant time) {
        try {
            return Optional.of(
                    Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), (long) time.getNano()));
        } catch (ArithmeticException tooFar) {
            return Optional.empty();
        }
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** The table of texts, of which the first must be empty. */
    private static final class Strings {
        private final Map<String, Long> indexes = new LinkedHashMap<>(Map.of("", 0L));

        long index(String text) {
            return indexes.computeIfAbsent(text, key -> (long) indexes.size());
        }

        Iterable<String> texts() {
            return indexes.keySet();
        }
    }
}
