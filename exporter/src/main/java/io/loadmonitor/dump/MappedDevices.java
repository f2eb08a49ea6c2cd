package io.loadmonitor.dump;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What the device-mapper devices of the host (logical volumes, multipath, crypt) were like beside a dump:
 *
 * <pre>{@code
 * devices age_ms=12 mapped=5 suspended=1
 * device dev="dm-0" name="data" suspended=1
 * }</pre>
 *
 * A suspended device puts I/O aside until it is resumed, and no stack tells: what waits for it looks like any wait for
 * I/O. Immutable.
 *
 * @param ageMillis from the dump's moment to the look at the devices, milliseconds
 * @param mapped devices that there were
 * @param suspended of them suspended, listed or not
 * @param listed suspended ones, in the order of the text
 */
public record MappedDevices(OptionalLong ageMillis, OptionalInt mapped, OptionalInt suspended, List<Device> listed) {
    /** Who writes more devices makes a dump longer and says no more; {@link #suspended()} counts all. */
    public static final int MOST_LISTED = 64;

    private static final int LONGEST_NAME = 32;
    private static final int NAMED_IN_A_TITLE = 2;
    private static final int NAMED_IN_A_SENTENCE = 8;

    /**
     * A suspended device.
     *
     * @param dev the kernel's name for it, {@code dm-0}
     * @param name its device-mapper name, which users choose
     */
    public record Device(EscapedText dev, Optional<EscapedText> name) {
        /** {@code dm-0 (data)}; a name that is not plain stands in quotes. */
        private String text() {
            return EscapedText.asName(dev.escaped(), LONGEST_NAME)
                    + name.map(text -> " (" + EscapedText.asName(text.escaped(), LONGEST_NAME) + ")")
                            .orElse("");
        }
    }

    public MappedDevices {
        listed = List.copyOf(listed);
        if (listed.size() > MOST_LISTED) {
            throw new IllegalArgumentException(listed.size() + " devices are listed, expected at most " + MOST_LISTED);
        }
        if (ageMillis.orElse(0) < 0 || mapped.orElse(0) < 0 || suspended.orElse(0) < 0) {
            throw new IllegalArgumentException("a number of devices or their age is negative: age " + ageMillis
                    + ", mapped " + mapped + ", suspended " + suspended);
        }
    }

    /** The same, looked at so long after the dump's moment. */
    public MappedDevices aged(long millis) {
        return new MappedDevices(OptionalLong.of(millis), mapped, suspended, listed);
    }

    /**
     * For the end of a title: {@code dm-0 (data) is suspended}, {@code dm-0 (data) and dm-3 are suspended}, {@code dm-0
     * (data) and 4 other devices are suspended}. Empty when none is. Bounded in length, printable ASCII.
     */
    public Optional<String> brief() {
        return words(suspendedInAll() > NAMED_IN_A_TITLE ? 1 : NAMED_IN_A_TITLE);
    }

    /**
     * {@code dm-0 (data) is suspended; 5 mapped devices, looked at 12 ms after the dump}. Empty when none is suspended.
     * Names at most eight; bounded in length, printable ASCII.
     */
    public Optional<String> sentence() {
        String looked = (mapped.isPresent() ? "; " + counted(mapped.getAsInt(), "mapped device") : "")
                + (ageMillis.isPresent()
                        ? (mapped.isPresent() ? ", " : "; ") + "looked at " + ageMillis.getAsLong()
                                + " ms after the dump"
                        : "");
        return words(NAMED_IN_A_SENTENCE).map(words -> words + looked);
    }

    /** A text may list more than it counts, or count what it does not list. */
    private int suspendedInAll() {
        return Math.max(suspended.orElse(0), listed.size());
    }

    private Optional<String> words(int most) {
        int all = suspendedInAll();
        if (all == 0) {
            return Optional.empty();
        }
        String verb = all == 1 ? " is suspended" : " are suspended";
        List<String> names = listed.stream().limit(most).map(Device::text).collect(Collectors.toList());
        if (names.isEmpty()) {
            return Optional.of(counted(all, "mapped device") + verb);
        }
        if (names.size() < all) {
            names.add(counted(all - names.size(), "other device"));
        }
        String last = names.remove(names.size() - 1);
        return Optional.of((names.isEmpty() ? "" : String.join(", ", names) + " and ") + last + verb);
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
