package io.loadmonitor.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * SQLite's write-ahead log as a run before this one left it. SQLite takes from it what is whole and drops the rest
 * without a word: that what is dropped were committed changes, only the file itself tells.
 *
 * <pre>{@code
 * 32 bytes: magic (0x377f0682 or ...83), format, page size, checkpoint, salt 1, salt 2, two checksums
 * then frames, each of 24 bytes and a page:
 *           page number, pages of the database after a commit (else 0), salt 1, salt 2, two checksums
 * }</pre>
 *
 * Frames with other salts are of an earlier round and mean nothing.
 *
 * @param headless whether there is something in it that has no header, so that all of it is dropped
 * @param lastCommit the number, from 1, of the last frame of this round that ends a change; 0 without one
 * @see <a href="https://www.sqlite.org/fileformat2.html#the_write_ahead_log">the write-ahead log</a>
 */
record LogFile(boolean headless, long lastCommit) {
    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;
    private static final int MAGIC = 0x377f0682;
    private static final LogFile NONE = new LogFile(false, 0);

    /** Nothing where there is none, or it cannot be read: then SQLite says why. */
    static LogFile read(Path path) {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            if (!fill(file, header, 0)) {
                return NONE;
            }
            int pageBytes = header.getInt(8);
            if ((header.getInt(0) & ~1) != MAGIC || pageBytes < 512 || Integer.bitCount(pageBytes) != 1) {
                return new LogFile(true, 0);
            }
            ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_BYTES);
            long lastCommit = 0;
            long number = 1;
            long at = HEADER_BYTES;
            for (; at + FRAME_HEADER_BYTES + pageBytes <= file.size(); at += FRAME_HEADER_BYTES + pageBytes) {
                frame.clear();
                if (!fill(file, frame, at)) {
                    break;
                }
                if (frame.getInt(8) == header.getInt(16)
                        && frame.getInt(12) == header.getInt(20)
                        && frame.getInt(4) != 0) {
                    lastCommit = number;
                }
                number++;
            }
            return new LogFile(false, lastCommit);
        } catch (IOException e) {
            return NONE;
        }
    }

    private static boolean fill(FileChannel file, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * What was dropped, in words; empty when all that was committed is there.
     *
     * @param taken frames that SQLite took from it
     */
    Optional<String> dropped(long taken) {
        if (headless) {
            return Optional.of("its log was damaged at its beginning, and all that only the log held is lost");
        }
        return lastCommit > taken
                ? Optional.of("its log was damaged: SQLite took " + taken + " of " + lastCommit
                        + " pages from it, and what the others changed is lost")
                : Optional.empty();
    }
}
