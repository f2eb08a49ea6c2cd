package io.loadmonitor.fleet;

import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.Outbox;
import io.loadmonitor.archive.Outbox.Item;
import io.loadmonitor.archive.Outbox.Minute;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.sample.LoadTickParts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ships the archive's outbox to the fleet's store: at least once by trying again until the store has said that it has
 * it, and once in the store by the keys of what is in a batch. A thread of its own does it, so nobody who serves or
 * captures ever waits for the network.
 *
 * <p>It connects when there is something to ship, and closes the connection when nothing is left: a thousand hosts hold
 * no thousand connections.
 */
public final class Shipper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);

    /** The outbox is looked at so often; a dump is in the store some seconds after it was archived. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    /** Minutes of the load alone are shipped so often: some minutes in one call. */
    private static final Duration MINUTES = Duration.ofMinutes(5);

    private static final long CLOSE_MILLIS = 2000;

    private final FleetAddress address;
    private final FleetHost host;
    private final Outbox outbox;
    private final Supplier<List<LoadTickParts>> ticks;
    private final Supplier<CauseCatalogue> causes;
    private final boolean withTexts;
    private final Clock clock;
    private final Duration look;
    private final Duration minutesEvery;
    private final BackOff backOff =
            new BackOff(() -> ThreadLocalRandom.current().nextDouble());
    private final Set<String> said = new HashSet<>();
    private final Thread thread = new Thread(this::run, "fleet-shipper");
    private volatile ShipperState state = ShipperState.NONE;
    private volatile boolean ending;

    // Of the thread alone.
    private Optional<Connection> connection = Optional.empty();
    private Instant notedUpTo = Instant.EPOCH;
    private long minutesShipped;
    private boolean failing;

    private Shipper(
            FleetAddress address,
            FleetHost host,
            Outbox outbox,
            Supplier<List<LoadTickParts>> ticks,
            Supplier<CauseCatalogue> causes,
            boolean withTexts,
            Clock clock,
            Duration look,
            Duration minutesEvery) {
        this.address = address;
        this.host = host;
        this.outbox = outbox;
        this.ticks = ticks;
        this.causes = causes;
        this.withTexts = withTexts;
        this.clock = clock;
        this.look = look;
        this.minutesEvery = minutesEvery;
        this.minutesShipped = System.nanoTime();
    }

    /**
     * Begins to ship.
     *
     * @param ticks the newest load ticks, the oldest first
     * @param withTexts whether the dumps' texts are shipped as well
     */
    public static Shipper start(
            FleetAddress address,
            FleetHost host,
            Outbox outbox,
            Supplier<List<LoadTickParts>> ticks,
            Supplier<CauseCatalogue> causes,
            boolean withTexts,
            Clock clock) {
        return start(address, host, outbox, ticks, causes, withTexts, clock, LOOK, MINUTES);
    }

    /** For tests: that look more often. */
    static Shipper start(
            FleetAddress address,
            FleetHost host,
            Outbox outbox,
            Supplier<List<LoadTickParts>> ticks,
            Supplier<CauseCatalogue> causes,
            boolean withTexts,
            Clock clock,
            Duration look,
            Duration minutesEvery) {
        Shipper shipper = new Shipper(address, host, outbox, ticks, causes, withTexts, clock, look, minutesEvery);
        shipper.thread.setDaemon(true);
        shipper.thread.start();
        return shipper;
    }

    /** For whoever asks, from any thread, at once. */
    public ShipperState state() {
        return state;
    }

    private void run() {
        // Hosts that were started by one hand do not come at one moment.
        pause(Duration.ofMillis(
                (long) (look.toMillis() * ThreadLocalRandom.current().nextDouble())));
        while (!ending) {
            try {
                shipAll();
                tellWorks();
                backOff.succeeded();
                pause(look);
            } catch (FleetException e) {
                failed(e);
            } catch (ArchiveException e) {
                failed(new FleetException(FleetException.Reason.ARCHIVE, String.valueOf(e.getMessage()), e));
            } catch (RuntimeException fault) {
                // A fault here must not end the shipping for good; what it met is met again later.
                LOG.error("a fault while shipping to the fleet's store", fault);
                failed(new FleetException(FleetException.Reason.OTHER, fault.toString(), fault));
            }
        }
        disconnect();
    }

    private void failed(FleetException failure) {
        disconnect();
        state = state.failed(failure);
        Duration wait = backOff.failed();
        if (!failing) {
            failing = true;
            LOG.warn(
                    "The fleet's store does not take what is to be shipped; it waits in the archive: {}",
                    failure.getMessage());
        } else {
            LOG.debug("still not shipped, tried again in {} s: {}", wait.toSeconds(), failure.getMessage());
        }
        try {
            look();
        } catch (ArchiveException e) {
            LOG.debug("the outbox cannot be looked at", e);
        }
        pause(wait);
    }

    private void tellWorks() {
        if (failing) {
            failing = false;
            LOG.info("The fleet's store takes what is shipped again");
        }
    }

    /** Until nothing is left. */
    private void shipAll() throws FleetException, ArchiveException {
        Outbox.Line line = outbox.open();
        noteMinutes();
        boolean shipped = false;
        while (!ending) {
            List<Item> items = outbox.next(Batch.MOST_ITEMS);
            List<Minute> minutes =
                    items.isEmpty() && !shipped && !minutesAreDue() ? List.of() : outbox.minutes(Batch.MOST_MINUTES);
            if (items.isEmpty() && minutes.isEmpty()) {
                break;
            }
            line = ship(line, items, minutes);
            minutesShipped = System.nanoTime();
            shipped = true;
            look();
        }
        look();
        disconnect();
    }

    private boolean minutesAreDue() {
        return System.nanoTime() - minutesShipped >= minutesEvery.toNanos();
    }

    private void noteMinutes() throws ArchiveException {
        Instant now = clock.instant();
        List<Minute> over = LoadMinutes.of(ticks.get(), notedUpTo, now);
        if (!over.isEmpty()) {
            outbox.note(over);
            notedUpTo = over.get(over.size() - 1).minute();
        }
        if (notedUpTo.isAfter(now)) {
            // The clock was set back.
            notedUpTo = now;
        }
    }

    private void look() throws ArchiveException {
        Outbox.State now = outbox.state();
        state = state.waiting(now.oldest(), now.waiting(), now.dropped(), now.refused());
    }

    private Outbox.Line ship(Outbox.Line line, List<Item> items, List<Minute> minutes)
            throws FleetException, ArchiveException {
        try {
            return send(line, items, minutes);
        } catch (FleetException e) {
            if (e.reason() != FleetException.Reason.REFUSED) {
                throw e;
            }
            return sendOneByOne(line, items, minutes, e);
        }
    }

    /** Something in the batch is what the store will never take: it must not hold up what comes after it. */
    private Outbox.Line sendOneByOne(Outbox.Line begun, List<Item> items, List<Minute> minutes, FleetException refusal)
            throws FleetException, ArchiveException {
        LOG.warn("The fleet's store refuses a batch; it is sent in pieces: {}", refusal.getMessage());
        Outbox.Line line = begun;
        for (Item item : items) {
            try {
                line = send(line, List.of(item), List.of());
            } catch (FleetException e) {
                if (e.reason() != FleetException.Reason.REFUSED) {
                    throw e;
                }
                state = state.failed(e);
                LOG.error(
                        "{} {} is not shipped, for the store refuses it: {}", item.kind(), item.ref(), e.getMessage());
                outbox.refused(item);
            }
        }
        if (!minutes.isEmpty()) {
            try {
                line = send(line, List.of(), minutes);
            } catch (FleetException e) {
                if (e.reason() != FleetException.Reason.REFUSED) {
                    throw e;
                }
                state = state.failed(e);
                LOG.error("{} minutes of load are not shipped: {}", minutes.size(), e.getMessage());
                outbox.refused(minutes);
            }
        }
        return line;
    }

    private Outbox.Line send(Outbox.Line line, List<Item> items, List<Minute> minutes)
            throws FleetException, ArchiveException {
        Batch batch = Batch.of(
                host,
                outbox,
                line,
                outbox.token(),
                items,
                minutes,
                new Batch.Settings(withTexts, causes.get()),
                clock.instant());
        Ingested answer = call(batch);
        if (answer.forked()) {
            Outbox.Line next = outbox.fork();
            LOG.warn(
                    "The fleet's store has batches of this archive that the archive does not know of: it was restored from"
                            + " a copy, or a copy of it is in use elsewhere. It goes on under a number of its own ({})",
                    next.id());
            return next;
        }
        outbox.shipped(line.batch() + 1, batch.items(), batch.minutes());
        state = state.shipped(answer.rows());
        answer.notes().stream()
                .filter(note -> said.size() < 1000 && said.add(withoutNumbers(note)))
                .forEach(note -> LOG.warn("The fleet's store says: {}", note));
        return new Outbox.Line(line.archive(), line.id(), line.before(), line.batch() + 1);
    }

    /** A clock that is wrong is wrong by another second each time. */
    private static String withoutNumbers(String note) {
        return note.replaceAll("[0-9]+", "#");
    }

    private Ingested call(Batch batch) throws FleetException {
        if (connection.isEmpty()) {
            connection = Optional.of(address.connect());
        }
        try (PreparedStatement statement =
                connection.get().prepareStatement("SELECT load_monitor.ingest(CAST(? AS jsonb))")) {
            statement.setString(1, batch.text());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Ingested.read(String.valueOf(rows.getString(1)));
            }
        } catch (SQLException e) {
            throw FleetException.of("ship to " + address, e);
        }
    }

    private void disconnect() {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("the connection to the fleet's store could not be closed in order", e);
            }
        });
        connection = Optional.empty();
    }

    private void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (!ending) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            try {
                Thread.sleep(Math.min(left, 1000));
            } catch (InterruptedException e) {
                if (ending) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** What is under way is finished, for two seconds at most: the archive knows what the store has not said it has. */
    @Override
    public void close() {
        ending = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
