package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LastResortTest {
    private final List<Integer> ends = Collections.synchronizedList(new ArrayList<>());
    private final LastResort last = new LastResort(ends::add);

    @Test
    void endsTheProcessWhenAThreadDoes() throws Exception {
        Thread worker = new Thread(
                () -> {
                    throw new StackOverflowError("says the test");
                },
                "capture-desk");
        worker.setUncaughtExceptionHandler(last);
        worker.start();
        worker.join();
        assertEquals(List.of(LastResort.FAULT), ends);
    }

    @Test
    void hearsOfAnErrorThatAnExecutorWouldKeep() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler(last);
        try {
            Runnable task = LastResort.guarded(() -> {
                throw new NoClassDefFoundError("says the test");
            });
            assertThrows(NoClassDefFoundError.class, task::run);
            LastResort.guarded(() -> {}).run();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(List.of(LastResort.FAULT), ends);
    }
}
