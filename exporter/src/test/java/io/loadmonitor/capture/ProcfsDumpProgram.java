package io.loadmonitor.capture;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.time.Clock;

/** Prints one dump of this host, so that a test can run it with other rights. */
final class ProcfsDumpProgram {
    private ProcfsDumpProgram() {}

    public static void main(String[] arguments) throws Exception {
        ProcfsSource source =
                new ProcfsSource(ProcFs.ofThisHost(), new ActiveTasks(), Clock.systemUTC(), ProcfsLimits.DEFAULT);
        System.out.write(source.take(EscapedText.of("test")).toByteArray());
        System.out.flush();
    }
}
