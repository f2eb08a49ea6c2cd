package io.loadmonitor.app;

import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The name under which the archive keeps this host's alerts and dumps.
 *
 * @param text never empty
 * @param why where it is from, for the log
 */
record HostName(String text, String why) {
    /** Where nothing tells. */
    private static final String FALLBACK = "localhost";

    /**
     * What the flag says, else {@code sys/kernel/hostname}, without asking any name service; {@code localhost} where it
     * cannot be read. That file tells the name in the UTS namespace of who reads it, whatever host's procfs is mounted:
     * in a container it is the container's.
     *
     * @param flag null when it is not given
     */
    static HostName choose(@Nullable String flag, ProcFs procFs) {
        if (flag != null) {
            return new HostName(flag, "--host.name");
        }
        String path = procFs.root().resolve("sys/kernel/hostname").toString();
        try {
            String text = procFs.read("sys/kernel/hostname").strip();
            return text.isEmpty() ? new HostName(FALLBACK, path + " is empty") : new HostName(text, path);
        } catch (IOException unreadable) {
            return new HostName(FALLBACK, path + " cannot be read");
        }
    }

    /** Refuses what would be unclear in a log or on a page. */
    static final class Text implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.matches("[!-~]{1,255}")) {
                throw new TypeConversionException(
                        '"' + text + "\" is not 1 to 255 printable ASCII characters without spaces");
            }
            return text;
        }
    }
}
