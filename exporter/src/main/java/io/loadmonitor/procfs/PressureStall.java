package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code /proc/pressure/io} and its like, of {@code kernel/sched/psi.c}: how much of the time tasks could not go on for
 * want of a resource (Documentation/accounting/psi.rst).
 *
 * <pre>{@code
 * some avg10=88.10 avg60=40.07 avg300=9.54 total=88090445          (6.18.44, x86-64)
 * full avg10=80.02 avg60=30.00 avg300=7.00 total=5808650
 * }</pre>
 *
 * @param some percent of the last 10 s in which at least one task stalled
 * @param full percent of the last 10 s in which all tasks that were not idle stalled; empty where the kernel does not
 *     say
 */
public record PressureStall(double some, OptionalDouble full) {
    private static final Pattern LINE =
            Pattern.compile("(?m)^(some|full) avg10=([0-9]{1,3}\\.[0-9]{2}) avg60=\\S+ avg300=\\S+ total=[0-9]+$");

    /**
     * @param resource {@code cpu}, {@code memory} or {@code io}
     * @return empty where the kernel keeps no account of it (CONFIG_PSI, {@code psi=1}; it refuses to read then)
     * @throws MalformedKernelText quoting the text
     */
    public static Optional<PressureStall> read(ProcFs procFs, String resource) throws IOException {
        String text;
        try {
            text = procFs.read("pressure/" + resource);
        } catch (NoSuchFileException notBuiltIn) {
            return Optional.empty();
        } catch (IOException switchedOff) {
            // EOPNOTSUPP, with psi=0.
            return Optional.empty();
        }
        return Optional.of(parse(resource, text));
    }

    static PressureStall parse(String resource, String text) throws MalformedKernelText {
        OptionalDouble some = OptionalDouble.empty();
        OptionalDouble full = OptionalDouble.empty();
        for (Matcher line = LINE.matcher(text); line.find(); ) {
            OptionalDouble percent = OptionalDouble.of(Double.parseDouble(line.group(2)));
            if (line.group(1).equals("some")) {
                some = percent;
            } else {
                full = percent;
            }
        }
        if (some.isEmpty()) {
            throw new MalformedKernelText("pressure/" + resource, "no line \"some avg10=\"", text);
        }
        return new PressureStall(some.getAsDouble(), full);
    }
}
