package io.loadmonitor.app;

import io.loadmonitor.sample.LoadSampler;

/** The thread that looks at the tasks of the load at each load tick. */
final class LoadSampling implements AutoCloseable {
    private final LoadSampler sampler;
    private final Thread thread;

    private LoadSampling(LoadSampler sampler, Thread thread) {
        this.sampler = sampler;
        this.thread = thread;
    }

    static LoadSampling start(LoadSampler sampler) {
        Thread thread = new Thread(sampler, "load-sampling");
        thread.setDaemon(true);
        thread.start();
        return new LoadSampling(sampler, thread);
    }

    /** It ends soon; nobody waits for a look that hangs. */
    @Override
    public void close() {
        sampler.stop();
        thread.interrupt();
    }
}
