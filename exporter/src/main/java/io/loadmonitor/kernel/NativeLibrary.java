package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import java.util.Optional;

/** Whether JNA's native library could be loaded. */
final class NativeLibrary {
    private NativeLibrary() {}

    /** Why not, in words; empty when it could. */
    static Optional<String> obstacle() {
        try {
            // The first call registers the functions; closing no descriptor is EBADF, which says that calling works.
            LibC.close(-1);
        } catch (LastErrorException called) {
            return Optional.empty();
        } catch (LinkageError unusable) {
            return Optional.of("JNA's native library cannot be loaded (see -Djna.tmpdir): " + unusable.getMessage());
        }
        return Optional.empty();
    }
}
