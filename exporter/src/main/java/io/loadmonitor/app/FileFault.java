package io.loadmonitor.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What is wrong with a file, in words: Java's message is its name alone where it is missing or closed to us. */
final class FileFault {
    private FileFault() {}

    static String words(IOException fault) {
        if (fault instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (fault instanceof AccessDeniedException) {
            return "that is not allowed";
        }
        return String.valueOf(fault.getMessage());
    }
}
