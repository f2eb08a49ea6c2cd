package io.loadmonitor.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Files that are read again when they are others than before and were the same at two looks: a file that is being
 * written is not read in its midst. Used by one thread.
 */
final class ChangingFiles {
    private Set<Path> files;

    /** As they were when they were read last, with or without success. */
    private List<String> read = List.of();

    private List<String> seen = List.of();

    /** @param files which are read once more at the first looks: a change in the midst of the reading would slip by */
    ChangingFiles(Set<Path> files) {
        this.files = files;
    }

    /** What a look found. */
    enum Look {
        /** Nothing to do. */
        SAME,
        /** They are to be read, since they were not looked at when they were read last. */
        UNSEEN,
        /** They are to be read, since they have changed. */
        CHANGED
    }

    /** Takes it that they are read when they are to be. */
    Look look() {
        List<String> now = stamps(files);
        boolean still = now.equals(seen);
        seen = now;
        if (!still || now.equals(read)) {
            return Look.SAME;
        }
        Look look = read.isEmpty() ? Look.UNSEEN : Look.CHANGED;
        read = now;
        return look;
    }

    /** They are read now, changed or not. */
    void readNow() {
        seen = stamps(files);
        read = seen;
    }

    /** What they are now. One that is named for the first time has not been looked at: once more, then. */
    void are(Set<Path> named) {
        if (!named.equals(files)) {
            files = named;
            seen = stamps(files);
            read = List.of();
        }
    }

    /** One for each file, which is another one when the file is. */
    private static List<String> stamps(Set<Path> files) {
        List<String> stamps = new ArrayList<>();
        for (Path one : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(one, BasicFileAttributes.class);
                stamps.add(one + " " + attributes.lastModifiedTime() + " " + attributes.size() + " "
                        + attributes.fileKey());
            } catch (IOException e) {
                stamps.add(one + " is not there");
            }
        }
        return stamps;
    }
}
