package io.loadmonitor.log;

import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What SLF4J finds by {@code META-INF/services} and takes for its own
 * (<a href="https://www.slf4j.org/manual.html#swapping">SLF4J manual</a>). Starts no thread; a context of threads (MDC)
 * is not written.
 */
public final class LineProvider implements SLF4JServiceProvider {
    private final LineLoggers loggers = new LineLoggers();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter context = new NOPMDCAdapter();

    /** Made by {@link java.util.ServiceLoader}. */
    public LineProvider() {}

    @Override
    public void initialize() {}

    @Override
    public ILoggerFactory getLoggerFactory() {
        return loggers;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return context;
    }

    /** SLF4J 2.0 compares it with its own version, to its second number. */
    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }
}
