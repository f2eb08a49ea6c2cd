package io.loadmonitor.e2e;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What shows that something is still on its way, however slow the machine is: a wait goes on as long as it moves. What
 * can move for ever, such as the load of a busy host that goes up and down, counts only when it gets farther than it
 * ever was, so that every wait has an end.
 */
final class Progress {
    /**
     * Without any movement for so long nothing comes any more: an idle guest's load changes every 5 s, a busy one's
     * too.
     */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Supplier<String> state;
    private String last = "";

    private Progress(Supplier<String> state) {
        this.state = state;
    }

    /** Moves when the text is another one. For what comes to an end by itself. */
    static Progress changing(Supplier<String> text) {
        return new Progress(text);
    }

    /** Moves when the value is lower than it ever was. */
    static Progress falling(String name, Supplier<OptionalDouble> value) {
        return new Progress(new Farthest(name, "lowest", -1, value));
    }

    /** Moves when the value is higher than it ever was. */
    static Progress rising(String name, Supplier<OptionalDouble> value) {
        return new Progress(new Farthest(name, "highest", 1, value));
    }

    /** Whether it moved since it was asked last; the first time it has. */
    boolean moved() {
        String now = state.get();
        boolean moved = !now.equals(last);
        last = now;
        return moved;
    }

    /** Where it stood when it was asked last. */
    String text() {
        return last;
    }

    private static final class Farthest implements Supplier<String> {
        private final String name;
        private final String word;
        private final int sign;
        private final Supplier<OptionalDouble> value;
        private OptionalDouble farthest = OptionalDouble.empty();

        Farthest(String name, String word, int sign, Supplier<OptionalDouble> value) {
            this.name = name;
            this.word = word;
            this.sign = sign;
            this.value = value;
        }

        @Override
        public String get() {
            OptionalDouble now = value.get();
            if (now.isPresent() && (farthest.isEmpty() || sign * (now.getAsDouble() - farthest.getAsDouble()) > 0)) {
                farthest = now;
            }
            return farthest.isEmpty()
                    ? name + " is not known"
                    : name + ", " + word + " " + String.format(Locale.ROOT, "%.2f", farthest.getAsDouble());
        }
    }
}
