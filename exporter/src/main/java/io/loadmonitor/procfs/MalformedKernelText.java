package io.loadmonitor.procfs;

import java.io.IOException;

/** A kernel file does not hold what its format says. The message names the file and quotes the text. */
public final class MalformedKernelText extends IOException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_QUOTED_CHARS = 200;

    public MalformedKernelText(String file, String problem, String text) {
        super(file + ": " + problem + ": \"" + quoted(text) + '"');
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_QUOTED_CHARS); i++) {
            char c = text.charAt(i);
            quoted.append(c >= 0x20 && c <= 0x7e ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return text.length() > MAX_QUOTED_CHARS ? quoted + "..." : quoted.toString();
    }
}
