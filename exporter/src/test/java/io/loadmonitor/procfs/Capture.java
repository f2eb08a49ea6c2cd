package io.loadmonitor.procfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A captured kernel file; see {@code fixtures/README.md}. */
final class Capture {
    private Capture() {}

    static String read(String name) throws IOException {
        try (InputStream text = Capture.class.getResourceAsStream("fixtures/linux-6.18.44-x86_64/" + name)) {
            if (text == null) {
                throw new IOException("there is no capture " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
