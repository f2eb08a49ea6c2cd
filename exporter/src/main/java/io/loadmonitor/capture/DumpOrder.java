package io.loadmonitor.capture;

import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump.TriggerKind;

/**
 * What a dump is asked for with. Immutable.
 *
 * @param kind what asks, never UNKNOWN. In a text of the module it is always {@code manual}: the kernel knows of
 *     nothing but a write to its trigger
 * @param reason in the words of whoever asks
 */
public record DumpOrder(TriggerKind kind, Reason reason) {
    /** Of a look of which nothing is kept. */
    static final DumpOrder LOOK = manual(new Reason("a look at a load tick"));

    public DumpOrder {
        if (kind == TriggerKind.UNKNOWN) {
            throw new IllegalArgumentException("whoever asks for a dump knows what asks");
        }
    }

    /** Of an alert or a person. */
    public static DumpOrder manual(Reason reason) {
        return new DumpOrder(TriggerKind.MANUAL, reason);
    }
}
