package io.loadmonitor.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP reads the configuration again, as {@code POST /-/reload} does and as Prometheus and Alertmanager do. The JVM's
 * own answer would be to end.
 *
 * <p>Java has no other way to hear a signal than {@code sun.misc.Signal}, of the module jdk.unsupported that every JDK
 * has. It is called by reflection: javac warns of each use of the class and lets nobody say that it is meant, and here
 * warnings fail the build. Where there is no such class, or the JVM was told to leave signals alone ({@code -Xrs}),
 * SIGHUP ends the process.
 */
final class ReloadSignal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadSignal.class);

    private final Runnable restore;

    private ReloadSignal(Runnable restore) {
        this.restore = restore;
    }

    /** @param reload why it was refused, empty when it is in force; runs in a thread of its own for each signal */
    static ReloadSignal heard(Supplier<Optional<String>> reload) {
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    ReloadSignal.class.getClassLoader(), new Class<?>[] {handlerType}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            reload(reload);
                            return null;
                        }
                        return ofObject(self, method.getName(), arguments);
                    });
            Object before = handle(handler);
            return new ReloadSignal(() -> {
                try {
                    handle(before);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("SIGHUP cannot be given back", e);
                }
            });
        } catch (ReflectiveOperationException e) {
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            LOG.atWarn()
                    .addKeyValue("error", cause)
                    .log("SIGHUP cannot be heard and ends the process; POST /-/reload reads the configuration again");
            return new ReloadSignal(() -> {});
        }
    }

    /** {@code Signal.handle(new Signal("HUP"), handler)}, which returns the handler before. */
    private static Object handle(Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handler);
    }

    /** The three methods of Object that reach a proxy. */
    private static Object ofObject(Object self, String method, Object[] arguments) {
        return switch (method) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "handler of SIGHUP";
        };
    }

    private static void reload(Supplier<Optional<String>> reload) {
        Optional<String> refused = reload.get();
        if (refused.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("signal", "SIGHUP")
                    .addKeyValue("refused", refused.get())
                    .log("the new configuration is refused, the old one stays in force");
        } else {
            LOG.atInfo().addKeyValue("signal", "SIGHUP").log("the configuration was read again");
        }
    }

    /** The signal means again what it meant before. */
    @Override
    public void close() {
        restore.run();
    }
}
