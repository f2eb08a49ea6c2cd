package io.loadmonitor.bpf;

import java.util.BitSet;
import java.util.List;

/**
 * Samples of what is on the CPUs while somebody looks at the tasks. For one thread. Nothing of it fails: who looks at
 * the tasks goes on without the samples that there are not.
 */
public interface CpuSamples extends AutoCloseable {
    /** Adds the samples since the last call; waits for nothing. */
    void drain(List<OnCpuSample> samples);

    /** Of nothing. */
    CpuSamples NONE = new CpuSamples() {
        @Override
        public void drain(List<OnCpuSample> samples) {
            // There are none.
        }

        @Override
        public BitSet silent() {
            return new BitSet();
        }

        @Override
        public void close() {
            // Nothing was begun.
        }
    };

    /** CPUs that could not be asked: they do not answer, went off line, or the kernel refused it. */
    BitSet silent();

    /** Ends the sampling; returns at once. */
    @Override
    void close();
}
