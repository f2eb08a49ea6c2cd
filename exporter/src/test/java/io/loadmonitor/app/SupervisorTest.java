package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SupervisorTest {
    private final List<String> told = new ArrayList<>();
    private boolean full;

    private final Supervisor supervisor = new Supervisor(
            message -> {
                if (full) {
                    throw new IOException("full");
                }
                told.add(message);
            },
            Optional.empty());

    @Test
    void tellsTheStartAReloadAndTheEnd() {
        supervisor.ready("Dumps come from kmod");
        assertEquals(Optional.empty(), supervisor.reload(() -> {
            told.add("read");
            return Optional.empty();
        }));
        supervisor.stopping();
        String reloading = told.remove(1);
        assertTrue(reloading.matches("RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+"), reloading);
        assertEquals(
                List.of(
                        "READY=1\nSTATUS=Dumps come from kmod",
                        "read",
                        "READY=1\nSTATUS=The configuration was read again",
                        "STOPPING=1\nSTATUS=Ending: what is in hand is stored first"),
                told);
    }

    @Test
    void tellsWhyAReloadIsRefused() {
        supervisor.ready("");
        assertEquals(Optional.of("c.yml:1: no"), supervisor.reload(() -> Optional.of("c.yml:1: no")));
        assertEquals(
                "READY=1\nSTATUS=The new configuration is refused, the old one is in force: c.yml:1: no", told.get(2));
    }

    /** READY=1 also ends a start. */
    @Test
    void tellsNothingOfAReloadBeforeTheStartHasEnded() {
        assertEquals(Optional.of("no"), supervisor.reload(() -> Optional.of("no")));
        assertEquals(List.of(), told);
    }

    @Test
    void tellsItLaterWhenThereWasNoRoom() {
        full = true;
        supervisor.ready("a");
        full = false;
        supervisor.alive("b");
        supervisor.alive("c");
        assertEquals(List.of("READY=1\nWATCHDOG=1\nSTATUS=b", "WATCHDOG=1\nSTATUS=c"), told);
    }

    @Test
    void letsNoStatusForgeALine() {
        supervisor.status("Hangs: \"x\nWATCHDOG=1\r\n\"");
        assertEquals(List.of("STATUS=Hangs: \"x WATCHDOG=1 \""), told);
    }

    @Test
    void knowsTheWatchdogThatIsMeantForIt() {
        assertEquals(Optional.of(Duration.ofSeconds(120)), watchdog(Map.of("WATCHDOG_USEC", "120000000")));
        assertEquals(
                Optional.of(Duration.ofSeconds(120)),
                watchdog(Map.of("WATCHDOG_USEC", "120000000", "WATCHDOG_PID", "17")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "120000000", "WATCHDOG_PID", "18")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "soon")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "0")));
        assertEquals(Optional.empty(), watchdog(Map.of()));
    }

    private static Optional<Duration> watchdog(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("NOTIFY_SOCKET", "/run/systemd/notify");
        return Supervisor.of(environment, 17).watchdog();
    }

    @Test
    void isNobodyWithoutASocket() {
        assertFalse(Supervisor.of(Map.of("WATCHDOG_USEC", "120000000"), 17).listens());
        assertFalse(Supervisor.of(Map.of("NOTIFY_SOCKET", ""), 17).listens());
        assertFalse(Supervisor.of(Map.of("NOTIFY_SOCKET", "vsock:2:1"), 17).listens());
        assertTrue(Supervisor.of(Map.of("NOTIFY_SOCKET", "@x"), 17).listens());
    }
}
