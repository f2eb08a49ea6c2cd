package io.loadmonitor.metrics;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.fleet.ShipperState;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.sample.DecomposedLoad;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the metrics are read from.
 *
 * @param lastTick the newest load tick; empty while it is not known
 * @param load what the load average consists of
 * @param uninterruptible is told what each walk of /proc found
 * @param source where the next dump would come from, and why
 * @param stacksReadable whether that dump could hold stacks
 * @param lostDumps dumps of the module that were overwritten before they were read, since the start
 * @param queueCapacity most captures that may wait
 * @param walkLimit longest time that counting tasks in /proc may take
 * @param causes by which dumps are explained now
 * @param reload how the last reading of the configuration went
 * @param certificateExpiry when the server's certificate expires; empty without TLS
 * @param fleet how the shipping to the fleet's store goes; empty where nothing is shipped
 * @param externalUrl where people find the exporter, where that is known
 * @param clock tells how old the newest dump is
 * @param build which exporter this is
 */
public record MetricsParts(
        ProcFs procFs,
        Supplier<Optional<LoadTick>> lastTick,
        DecomposedLoad load,
        UninterruptibleLook uninterruptible,
        KernelModule module,
        Supplier<SourceChoice.Chosen> source,
        BooleanSupplier stacksReadable,
        LongSupplier lostDumps,
        Archive archive,
        IntSupplier queueCapacity,
        Duration walkLimit,
        Supplier<CauseCatalogue> causes,
        Supplier<ConfigReload> reload,
        Supplier<Optional<Instant>> certificateExpiry,
        Optional<Supplier<ShipperState>> fleet,
        Optional<String> externalUrl,
        Clock clock,
        Build build) {}
