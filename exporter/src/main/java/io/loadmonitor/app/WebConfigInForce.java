package io.loadmonitor.app;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Guard;
import io.loadmonitor.guard.GuardSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web configuration and the rules of access that hold now. Their files, and the certificates, keys and tokens that
 * these name, are looked at once a second, and read again when they are others than before and have been the same for a
 * second: a file that is being written is not read in its midst, where it might ask for no password. Safe for use by
 * several threads.
 */
final class WebConfigInForce implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebConfigInForce.class);
    private static final long LOOK_MILLIS = 1_000;

    private final Guard guard;
    private final List<Watched> watched;
    private final Thread looking = new Thread(this::lookOnAndOn, "web-config");

    /** Guarded by this, as all that was watched. */
    private List<String> impossible = List.of();

    private WebConfigInForce(Guard guard, List<Watched> watched) {
        this.guard = guard;
        this.watched = watched;
    }

    /**
     * @param file null for plain HTTP without passwords
     * @param accessFile null where whoever is let in may do everything
     * @throws ConfigException with every problem of both
     */
    static WebConfigInForce read(@Nullable Path file, @Nullable Path accessFile) throws ConfigException {
        List<String> problems = new ArrayList<>();
        List<Watched> watched = new ArrayList<>();
        GuardSettings settings = GuardSettings.NONE;
        Optional<AccessRules> access = Optional.empty();
        if (file != null) {
            WebReading reading = new WebReading(file);
            try {
                settings = reading.file.read();
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
            if (reading.file.http2Wanted()) {
                LOG.warn("web.config.file has \"http2: true\", but HTTP/1.1 is all that is spoken");
            }
            watched.add(new Watched("web configuration", file, reading.files(), () -> new WebReading(file)));
        }
        boolean fileIsGood = problems.isEmpty();
        if (accessFile != null) {
            AccessReading reading = new AccessReading(accessFile);
            try {
                access = Optional.of(reading.file.read());
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
            watched.add(new Watched("access file", accessFile, reading.files(), () -> new AccessReading(accessFile)));
        }
        if (fileIsGood && access.isPresent()) {
            problems.addAll(access.get().impossible(settings));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        Guard guard = new Guard(settings, System::nanoTime);
        access.ifPresent(guard::replace);
        return new WebConfigInForce(guard, watched);
    }

    Guard guard() {
        return guard;
    }

    /** Looks for changes from now on. */
    void watch() {
        if (!watched.isEmpty()) {
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

    /**
     * Reads the files now, also where nothing seems to have changed.
     *
     * @return why they are refused, with the old ones still in force; empty when they are in force, or there are none
     */
    synchronized Optional<String> reload() {
        List<String> problems = new ArrayList<>();
        for (Watched one : watched) {
            problems.addAll(one.readNow(guard));
        }
        tellImpossible();
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", problems));
    }

    boolean hasFiles() {
        return !watched.isEmpty();
    }

    /** Whether what the files said when they were read last is in force; true where there are none. */
    boolean isWhatWasRead() {
        return watched.stream().allMatch(one -> one.refused.isEmpty());
    }

    private synchronized void look() {
        for (Watched one : watched) {
            try {
                if (one.look(guard)) {
                    tellImpossible();
                }
            } catch (RuntimeException e) {
                LOG.error("the {} cannot be looked at", one.what, e);
            }
        }
    }

    /** A user may go from the one file before the other: what matches nobody lets nobody in, so it stands. */
    private void tellImpossible() {
        List<String> now = guard.current()
                .access()
                .map(access -> access.impossible(guard.current().settings()))
                .orElse(List.of());
        if (!now.equals(impossible)) {
            for (String grant : now) {
                LOG.atWarn().addKeyValue("grant", grant).log("this grant matches nobody");
            }
        }
        impossible = now;
    }

    /** One reading of a file. */
    private interface Reading {
        /** @return what holds from now on, for the log */
        Object putInForce(Guard guard) throws ConfigException;

        Set<Path> files();
    }

    private static final class WebReading implements Reading {
        private final WebConfigFile file;

        WebReading(Path file) {
            this.file = new WebConfigFile(file);
        }

        @Override
        public Object putInForce(Guard guard) throws ConfigException {
            GuardSettings settings = file.read();
            guard.replace(settings);
            return settings;
        }

        @Override
        public Set<Path> files() {
            return file.files();
        }
    }

    private static final class AccessReading implements Reading {
        private final AccessFile file;

        AccessReading(Path file) {
            this.file = new AccessFile(file);
        }

        @Override
        public Object putInForce(Guard guard) throws ConfigException {
            AccessRules rules = file.read();
            guard.replace(rules);
            return rules.byRole();
        }

        @Override
        public Set<Path> files() {
            return file.files();
        }
    }

    /** A file that is read again. */
    private static final class Watched {
        private final String what;
        private final Path file;
        private final ChangingFiles files;
        private final Supplier<Reading> readings;
        private final AuditLog audit = new AuditLog(System::nanoTime);
        /** Also asked for by scrapes, which wait for no reading. */
        private volatile List<String> refused = List.of();

        Watched(String what, Path file, Set<Path> files, Supplier<Reading> readings) {
            this.what = what;
            this.file = file;
            this.files = new ChangingFiles(files);
            this.readings = readings;
        }

        /** Whether something else may hold now. */
        boolean look(Guard guard) {
            ChangingFiles.Look look = files.look();
            if (look == ChangingFiles.Look.SAME) {
                return false;
            }
            read(guard, look == ChangingFiles.Look.CHANGED, "file");
            return true;
        }

        /** The problems of the file; none when it is in force. */
        List<String> readNow(Guard guard) {
            files.readNow();
            return read(guard, true, "reload");
        }

        private List<String> read(Guard guard, boolean told, String who) {
            Reading reading = readings.get();
            try {
                Object holds = reading.putInForce(guard);
                refused = List.of();
                if (told) {
                    LOG.atInfo()
                            .addKeyValue("file", file)
                            .addKeyValue("holds", holds)
                            .log("the {} was read again", what);
                    audit(who, true, "in force");
                }
            } catch (ConfigException e) {
                refuse(who, e.problems());
            } catch (IllegalArgumentException | IllegalStateException e) {
                refuse(who, List.of(file + ": " + e.getMessage()));
            } finally {
                files.are(reading.files());
            }
            return refused;
        }

        private void audit(String who, boolean taken, String outcome) {
            audit.write(new AuditLog.Entry(AuditLog.Action.ACCESS, taken, who, "", what + " " + file, outcome));
        }

        /** Said once for a file, however often it is read. */
        private void refuse(String who, List<String> problems) {
            if (!problems.equals(refused)) {
                for (String problem : problems) {
                    LOG.atError()
                            .addKeyValue("problem", problem)
                            .log("the new {} is refused, the old one stays in force", what);
                }
                audit(who, false, problems.size() + " problems");
            }
            refused = problems;
        }
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}
