package io.loadmonitor.kernel;

import java.io.IOException;
import java.util.Objects;

/** A system call failed; the message names the call and the file and says what the error number means. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int number;

    public SystemCallException(String call, String file, int number) {
        super(call + " " + file + ": "
                + Errno.of(number)
                        .map(errno -> errno.meaning() + " (" + errno + ")")
                        .orElse("error number " + number));
        this.number = number;
    }

    /** Always there, unlike that of other exceptions. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** Whether the system answered this. */
    public boolean is(Errno errno) {
        return number == errno.number();
    }

    /** Whether the file or what stood behind it is not there: the module is not loaded, or not any longer. */
    public boolean isAbsence() {
        return is(Errno.ENOENT) || is(Errno.ENODEV) || is(Errno.ENXIO);
    }

    /** Whether this program lacks the right. */
    public boolean isRefusal() {
        return is(Errno.EACCES) || is(Errno.EPERM) || is(Errno.EROFS);
    }
}
