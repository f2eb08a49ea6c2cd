package io.loadmonitor.kernellog;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What stands before the kernel's messages in one text, learned from the lines in which {@link Anchor} knows where the
 * message begins. So no format of any logger has to be known. Not thread-safe.
 */
final class Prefixes {
    private static final int MOST_SHAPES = 64;

    private final Map<String, PrefixShape> shapes = new LinkedHashMap<>();
    /** Seen before one frame: it may be the kernel's own words. */
    private final Map<String, PrefixShape> candidates = new LinkedHashMap<>();

    /**
     * @param line that will be read soon, or just now
     * @param anchor of {@link Anchor#of}
     * @param frame of {@link Anchor#ofFrame}
     */
    void learn(String line, int anchor, int frame) {
        if (anchor >= 0) {
            if (fit(line, anchor)) {
                add(shapes, PrefixShape.of(line.substring(0, anchor)));
            }
            return;
        }
        if (frame < 0 || !fit(line, frame) || length(line) >= 0) {
            return;
        }
        PrefixShape shape = PrefixShape.of(line.substring(0, frame));
        String skeleton = shape.skeleton();
        if (shapes.containsKey(skeleton)) {
            add(shapes, shape);
        } else if (candidates.remove(skeleton) != null) {
            add(shapes, shape);
        } else {
            add(candidates, shape);
        }
    }

    /** Where the message begins, as the text's other lines tell; {@link Anchor#NONE} where none is like it. */
    int length(String line) {
        int longest = Anchor.NONE;
        for (PrefixShape shape : shapes.values()) {
            longest = Math.max(longest, shape.length(line));
        }
        if (longest > 0) {
            return longest;
        }
        for (PrefixShape shape : shapes.values()) {
            longest = Math.max(longest, shape.lengthWithOtherWords(line));
        }
        return longest;
    }

    private static boolean fit(String line, int length) {
        return length <= PrefixShape.LONGEST
                && !line.startsWith("/stack:", length - "/stack:".length()) // grep in /proc: it names the task
                && !LogLine.foreign(line.substring(0, length));
    }

    private static void add(Map<String, PrefixShape> to, PrefixShape shape) {
        PrefixShape known = to.get(shape.skeleton());
        if (known != null) {
            known.merge(shape);
        } else if (to.size() < MOST_SHAPES) {
            to.put(shape.skeleton(), shape);
        }
    }
}
