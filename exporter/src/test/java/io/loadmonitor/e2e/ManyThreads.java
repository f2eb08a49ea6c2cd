package io.loadmonitor.e2e;

import java.util.concurrent.CountDownLatch;

/** A program with many threads that sleep: for whoever walks through /proc. */
final class ManyThreads {
    private static final int STACK_BYTES = 64 << 10;

    private ManyThreads() {}

    /** @param arguments how many; it says "ready" and stays until it is ended */
    public static void main(String[] arguments) throws InterruptedException {
        int threads = Integer.parseInt(arguments[0]);
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(
                    null,
                    () -> {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "sleeper",
                    STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
        }
        System.out.println("ready");
        never.await();
    }
}
