package io.loadmonitor.capture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A directory of a FUSE file system whose daemon says hello and never another word. Who makes an entry in it waits for
 * the daemon, in state S and with the directory's lock (a rw_semaphore) held; who comes after waits for that lock, in
 * state D. Made by Perl, which every Debian has; needs root. When this program dies the pipe closes, the daemon ends,
 * and all of them with it.
 */
final class StuckDirectory implements AutoCloseable {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** mount(2), then FUSE_INIT: fuse_in_header, fuse_out_header and fuse_init_out of include/uapi/linux/fuse.h. */
    private static final String DAEMON = """
            use strict; use Fcntl;
            my $dir = shift;
            sysopen(my $fuse, "/dev/fuse", O_RDWR) or die "/dev/fuse: $!";
            my $source = "stuck\\0"; my $type = "fuse\\0"; my $at = "$dir\\0";
            my $options = "fd=" . fileno($fuse) . ",rootmode=40000,user_id=0,group_id=0\\0";
            syscall(MOUNT, $source, $at, $type, 0, $options) == 0 or die "mount: $!";
            sysread($fuse, my $request, 1 << 18) or die "read: $!";
            my ($length, $opcode, $unique) = unpack("L L Q", $request);
            die "opcode $opcode" unless $opcode == 26;
            my $init = pack("L L L L S S L L S S L L7", 7, 31, 131072, 0, 12, 10, 131072, 1, 32, 0, (0) x 8);
            my $answer = pack("L l Q", 16 + length($init), 0, $unique) . $init;
            syswrite($fuse, $answer) == length($answer) or die "write: $!";
            $| = 1;
            print "mounted\\n";
            sysread(STDIN, my $end, 1);
            """;

    private final Path directory;
    private final Process daemon;
    private final List<Process> makers = new ArrayList<>();

    private StuckDirectory(Path directory, Process daemon) {
        this.directory = directory;
        this.daemon = daemon;
    }

    /** @param directory an empty one that is there */
    static StuckDirectory mount(Path directory) throws IOException {
        String number = switch (System.getProperty("os.arch")) {
            case "amd64" -> "165";
            default -> "40";
        };
        Process daemon = new ProcessBuilder("perl", "-e", DAEMON.replace("MOUNT", number), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        StuckDirectory stuck = new StuckDirectory(directory, daemon);
        BufferedReader said =
                new BufferedReader(new InputStreamReader(daemon.getInputStream(), StandardCharsets.US_ASCII));
        if (!"mounted".equals(said.readLine())) {
            stuck.close();
            throw new IOException("no FUSE file system at " + directory);
        }
        return stuck;
    }

    /** Starts a process that makes an entry, and waits until it sleeps; its pid. */
    long make(String entry, char state) throws IOException, InterruptedException {
        Process maker = new ProcessBuilder("mkdir", directory.resolve(entry).toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        makers.add(maker);
        Path stat = Path.of("/proc", Long.toString(maker.pid()), "stat");
        Path call = Path.of("/proc", Long.toString(maker.pid()), "syscall");
        String wanted = "(mkdir) " + state + " ";
        String number = System.getProperty("os.arch").equals("amd64") ? "83 " : "34 ";
        long start = System.nanoTime();
        // A process that is just being loaded sleeps, too, but not in mkdir(2) or mkdirat(2).
        while (!Files.readString(stat, StandardCharsets.ISO_8859_1).contains(wanted)
                || !Files.readString(call, StandardCharsets.ISO_8859_1).startsWith(number)) {
            if (!maker.isAlive() || System.nanoTime() - start > LIMIT_NANOS) {
                throw new IOException("mkdir did not come into state " + state + ": " + Files.readString(stat));
            }
            Thread.sleep(5);
        }
        return maker.pid();
    }

    /** Ends the daemon, by which the makers' calls fail, and takes the file system away. */
    @Override
    public void close() throws IOException {
        daemon.getOutputStream().close();
        try {
            daemon.waitFor(10, TimeUnit.SECONDS);
            for (Process maker : makers) {
                if (!maker.waitFor(10, TimeUnit.SECONDS)) {
                    throw new IOException("mkdir, process " + maker.pid() + ", did not end with its file system");
                }
            }
            new ProcessBuilder("umount", directory.toString())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
