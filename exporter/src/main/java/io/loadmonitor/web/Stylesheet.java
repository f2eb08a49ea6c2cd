package io.loadmonitor.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;

/** The one style sheet, from the jar. Its address changes with its content, so browsers may keep it for good. */
final class Stylesheet {
    static final String PATH = "/assets/load-monitor.css";

    private final byte[] text;
    private final String address;

    Stylesheet() {
        try (InputStream in = Stylesheet.class.getResourceAsStream("load-monitor.css")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks io/loadmonitor/web/load-monitor.css");
            }
            text = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CRC32 sum = new CRC32();
        sum.update(text);
        address = PATH + "?v=" + Long.toHexString(sum.getValue());
    }

    byte[] text() {
        return text.clone();
    }

    String address() {
        return address;
    }
}
