package io.loadmonitor.procfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of {@code /proc/diskstats}, of {@code block/genhd.c} (Documentation/admin-guide/iostats.rst): what a disk has
 * done since it came.
 *
 * <pre>{@code
 *    8       0 sda 9731 2603 712034 4180 3310 4402 98344 91042 34 8456 95222 0 0 0 0 811 2301     (6.18.44, x86-64)
 * }</pre>
 *
 * The fields behind the name, from the first: reads completed, merged, sectors, milliseconds; the same of writes;
 * requests in flight; milliseconds in which there was one. The kernel sums counters of CPUs for it and takes no lock.
 *
 * @param name the kernel's, {@code sda}
 * @param readMillis that all reads took together, from their beginning to their end
 * @param inFlight requests that were begun and did not end yet
 * @param busyMillis in which at least one request was in flight
 */
public record DiskCounters(
        String name, long reads, long readMillis, long writes, long writeMillis, long inFlight, long busyMillis) {
    /** Lines that are read; a host with more has no use for all of them. */
    static final int MOST = 16_384;

    private static final Pattern LINE = Pattern.compile("(?m)^ *[0-9]+ +[0-9]+ (\\S{1,64})"
            + " ([0-9]{1,18}) [0-9]+ [0-9]+ ([0-9]{1,18}) ([0-9]{1,18}) [0-9]+ [0-9]+ ([0-9]{1,18}) ([0-9]{1,18})"
            + " ([0-9]{1,18}) [0-9]+(?: .*)?$");

    /** A partition is told by its name: that of a disk with a number behind it, or with p and a number. */
    private static final Pattern PARTITION = Pattern.compile("(?:(.*[0-9])p|(.*[^0-9]))[0-9]+");

    /**
     * The disks in the order of the file, without their partitions.
     *
     * @throws MalformedKernelText quoting the text, where a line cannot be read
     */
    public static List<DiskCounters> read(ProcFs procFs) throws IOException {
        return parse(procFs.read("diskstats"));
    }

    static List<DiskCounters> parse(String text) throws MalformedKernelText {
        List<DiskCounters> all = new ArrayList<>();
        Matcher line = LINE.matcher("");
        for (String next : text.lines().limit(MOST).toList()) {
            if (!line.reset(next).matches()) {
                throw new MalformedKernelText("diskstats", "a line that is no disk", next);
            }
            all.add(new DiskCounters(
                    line.group(1),
                    Long.parseLong(line.group(2)),
                    Long.parseLong(line.group(3)),
                    Long.parseLong(line.group(4)),
                    Long.parseLong(line.group(5)),
                    Long.parseLong(line.group(6)),
                    Long.parseLong(line.group(7))));
        }
        List<String> names = all.stream().map(DiskCounters::name).sorted().toList();
        return all.stream().filter(disk -> !isPartition(disk.name(), names)).toList();
    }

    /** @param names of all, sorted */
    private static boolean isPartition(String name, List<String> names) {
        Matcher partition = PARTITION.matcher(name);
        if (!partition.matches()) {
            return false;
        }
        String disk = partition.group(1) == null ? partition.group(2) : partition.group(1);
        return Collections.binarySearch(names, disk) >= 0;
    }
}
