package io.loadmonitor.web;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/** A file of the pages, from the jar. Its address changes with its content, so browsers may keep it for good. */
final class Asset {
    static final String STYLES = "/assets/load-monitor.css";
    static final String FLAME_STYLES = "/assets/flame.css";
    static final String FLAME_SCRIPT = "/assets/flame.js";
    static final String PAGE_SCRIPT = "/assets/page.js";
    static final String ICON = "/assets/icon.svg";

    private final byte[] content;
    private final String contentType;
    private final String address;

    /** @param path of the address; its last part names the file beside this class */
    Asset(String path, String contentType) {
        this(path, contentType, List.of(path.substring(path.lastIndexOf('/') + 1)));
    }

    /** @param files beside this class, one after the other */
    Asset(String path, String contentType, List<String> files) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        files.forEach(file -> all.writeBytes(read(file)));
        content = all.toByteArray();
        CRC32 sum = new CRC32();
        sum.update(content);
        this.contentType = contentType;
        this.address = path + "?v=" + Long.toHexString(sum.getValue());
    }

    private static byte[] read(String file) {
        try (InputStream in = Asset.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks io/loadmonitor/web/" + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What pages refer to. */
    String address() {
        return address;
    }

    /** As a file of its own would hold it. */
    String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** How a Content-Security-Policy names this content where it stands inside a page. */
    String policyHash() {
        try {
            return "'sha256-"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(content)) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void answer(Context context) {
        context.contentType(contentType)
                .header("Cache-Control", "public, max-age=31536000, immutable")
                .result(content.clone());
    }
}
