package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Notices that a text has its newest line first, as log viewers show it, and turns it round. The kernel prints a head
 * above a stack, and its clock goes forward: whichever order more neighbouring lines have is the text's. Not
 * thread-safe.
 */
final class ReadingOrder {
    private static final int MOST_HELD = 100_000;
    private static final int MOST_HELD_CHARACTERS = 16 << 20;
    private static final Pattern CLOCK = Pattern.compile("\\[ {0,16}(\\d{1,12}\\.\\d{3,9})\\]");

    private final List<NumberedLine> held = new ArrayList<>();
    private int heldCharacters;
    private int dropped;
    private int forward;
    private int backward;
    private boolean decided;
    private boolean newestFirst;
    private Place before = Place.OTHER;
    private OptionalDouble clock = OptionalDouble.empty();

    /** Of a line in its report, from above. */
    private enum Place {
        OTHER,
        MARK,
        NAMED,
        REMARK,
        HEAD,
        TRACE,
        FRAME
    }

    /**
     * @param text a line that will be read soon
     * @param anchor of {@link Anchor#of}
     * @param frame of {@link Anchor#ofFrame}
     */
    void look(String text, int anchor, int frame) {
        Place place = place(text, anchor, frame);
        if (place == Place.MARK) {
            return;
        }
        if (place != Place.OTHER && before != Place.OTHER && place != before) {
            boolean down = before.compareTo(place) < 0;
            // Below a stack the next report begins, and in the other order above one: that tells nothing.
            boolean betweenReports =
                    (before == Place.FRAME || place == Place.FRAME) && before != Place.TRACE && place != Place.TRACE;
            forward += !betweenReports && down ? 1 : 0;
            backward += !betweenReports && !down ? 1 : 0;
        }
        Matcher stamp = CLOCK.matcher(text);
        if (place != Place.OTHER && stamp.find()) {
            double now = Double.parseDouble(stamp.group(1));
            forward += clock.isPresent() && now > clock.getAsDouble() ? 1 : 0;
            backward += clock.isPresent() && now < clock.getAsDouble() ? 1 : 0;
            clock = OptionalDouble.of(now);
        }
        before = place;
    }

    private static Place place(String text, int anchor, int frame) {
        if (anchor < 0) {
            return frame < 0 ? Place.OTHER : Place.FRAME;
        }
        String message = text.substring(anchor);
        if (message.startsWith("INFO: task ") && message.contains(" blocked for more than ")) {
            return Place.NAMED;
        }
        if (message.startsWith("\"echo 0")) {
            return Place.REMARK;
        }
        if (message.startsWith("Call ") || message.startsWith("Backtrace:")) {
            return Place.TRACE;
        }
        if (message.startsWith("<")) {
            return Place.MARK;
        }
        return TaskLine.of(message.stripTrailing()).isPresent() ? Place.HEAD : Place.OTHER;
    }

    /** As far as was looked ahead; the first answer that something speaks for stays. */
    boolean newestFirst() {
        if (!decided && forward + backward > 0) {
            decided = true;
            newestFirst = backward > forward;
        }
        return newestFirst;
    }

    /** False when there is no room. */
    boolean hold(NumberedLine line) {
        if (held.size() == MOST_HELD || heldCharacters + line.text().length() > MOST_HELD_CHARACTERS) {
            dropped++;
            return false;
        }
        held.add(line);
        heldCharacters += line.text().length();
        return true;
    }

    /** Gives out what was held, the oldest first. */
    void oldestFirst(Consumer<NumberedLine> reader) {
        for (int i = held.size() - 1; i >= 0; i--) {
            reader.accept(held.get(i));
        }
    }

    /** What to know of the text; none where it is in the kernel's order. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (!held.isEmpty()) {
            remarks.add("The text has its newest line first; it was read from its end.");
        }
        if (dropped > 0) {
            remarks.add(
                    "It is too long to be turned round: its " + dropped + " oldest lines of the kernel were not read.");
        }
        return remarks;
    }
}
