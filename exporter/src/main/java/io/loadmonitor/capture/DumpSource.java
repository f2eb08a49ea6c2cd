package io.loadmonitor.capture;

import io.loadmonitor.dump.RawDump;
import java.util.function.UnaryOperator;

/** Takes a dump of the tasks that make up the load now. Implementations are safe for use by several threads. */
public interface DumpSource {
    SourceKind kind();

    /**
     * Takes one dump. Returns when it is captured; takes milliseconds with the module, up to {@code procfs}' time limit
     * without.
     *
     * @param order goes into the dump's trigger line
     * @throws CaptureException when there is no dump, with the reason why
     */
    RawDump take(DumpOrder order) throws CaptureException;

    /** This source, with what {@code adding} adds to each of its dumps. */
    default DumpSource adding(UnaryOperator<RawDump> adding) {
        DumpSource source = this;
        return new DumpSource() {
            @Override
            public SourceKind kind() {
                return source.kind();
            }

            @Override
            public RawDump take(DumpOrder order) throws CaptureException {
                return adding.apply(source.take(order));
            }
        };
    }
}
