package io.loadmonitor.app;

import io.loadmonitor.guard.Guard;
import io.loadmonitor.guard.GuardSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web configuration that holds now. Its file, and the certificates and keys that it names, are looked at once a
 * second, and read again when they are others than before and have been the same for a second: a file that is being
 * written is not read in its midst, where it might ask for no password.
 */
final class WebConfigInForce implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebConfigInForce.class);
    private static final long LOOK_MILLIS = 1_000;

    private final @Nullable Path file;
    private final Guard guard;
    private final Thread looking = new Thread(this::lookOnAndOn, "web-config");

    /** As they were when they were read last, with or without success. Of the looking thread, as all below. */
    private List<String> read;

    private List<String> seen;
    private Set<Path> files;
    private List<String> refused = List.of();

    private WebConfigInForce(@Nullable Path file, Set<Path> files, List<String> read, GuardSettings settings) {
        this.file = file;
        this.files = files;
        this.read = read;
        this.seen = read;
        this.guard = new Guard(settings, System::nanoTime);
    }

    /**
     * @param file null for plain HTTP without passwords
     * @throws ConfigException with every problem of the file
     */
    static WebConfigInForce read(@Nullable Path file) throws ConfigException {
        if (file == null) {
            return new WebConfigInForce(null, Set.of(), List.of(), GuardSettings.NONE);
        }
        WebConfigFile reading = new WebConfigFile(file);
        GuardSettings settings = reading.read();
        if (reading.http2Wanted()) {
            LOG.warn("web.config.file has \"http2: true\", but HTTP/1.1 is all that is spoken");
        }
        // Of the time after the reading, which a change in its midst would slip by: so it is read once more then.
        return new WebConfigInForce(file, reading.files(), List.of(), settings);
    }

    Guard guard() {
        return guard;
    }

    /** Looks for changes from now on. */
    void watch() {
        if (file != null) {
            looking.setDaemon(true);
            looking.start();
        }
    }

    private void lookOnAndOn() {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                look();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            List<String> now = stamps(files);
            boolean still = now.equals(seen);
            seen = now;
            if (still && !now.equals(read) && file != null) {
                boolean first = read.isEmpty();
                read = now;
                readAgain(new WebConfigFile(file), first);
            }
        } catch (RuntimeException e) {
            LOG.error("the web configuration cannot be looked at", e);
        }
    }

    private void readAgain(WebConfigFile reading, boolean quietly) {
        try {
            guard.replace(reading.read());
            refused = List.of();
            if (!quietly) {
                LOG.atInfo()
                        .addKeyValue("file", file)
                        .addKeyValue("holds", guard.current().settings())
                        .log("the web configuration was read again");
            }
        } catch (ConfigException e) {
            refused(e.problems());
        } catch (IllegalArgumentException | IllegalStateException e) {
            refused(List.of(file + ": " + e.getMessage()));
        } finally {
            // A file that is named for the first time is another one, which has not been looked at: once more, then.
            Set<Path> named = reading.files();
            if (!named.equals(files)) {
                files = named;
                seen = stamps(files);
                read = List.of();
            }
        }
    }

    /** Said once for a file, however often it is read. */
    private void refused(List<String> problems) {
        if (!problems.equals(refused)) {
            for (String problem : problems) {
                LOG.atError()
                        .addKeyValue("problem", problem)
                        .log("the new web configuration is refused, the old one stays in force");
            }
        }
        refused = problems;
    }

    /** One for each file, which is another one when the file is. */
    private static List<String> stamps(Set<Path> files) {
        List<String> stamps = new ArrayList<>();
        for (Path one : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(one, BasicFileAttributes.class);
                stamps.add(one + " " + attributes.lastModifiedTime() + " " + attributes.size() + " "
                        + attributes.fileKey());
            } catch (IOException e) {
                stamps.add(one + " is not there");
            }
        }
        return stamps;
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}
