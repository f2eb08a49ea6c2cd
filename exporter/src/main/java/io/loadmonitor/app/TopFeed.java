package io.loadmonitor.app;

import io.loadmonitor.capture.CaptureException;
import java.io.IOException;

/** Where {@code top} has its readings from. Belongs to one thread. */
interface TopFeed extends AutoCloseable {
    /**
     * The newest one.
     *
     * @throws ServerException when an exporter that is asked has never answered
     */
    TopReading read() throws IOException, CaptureException, ServerException;

    /** Load ticks that it has told of. */
    int ticks();

    @Override
    void close();
}
