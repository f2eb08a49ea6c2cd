package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WaitChannelTest {
    @Test
    void namesTheFunction() throws IOException {
        assertEquals(Optional.of("kernel_clone"), WaitChannel.parse(Capture.read("vfork-parent/wchan")));
    }

    @Test
    void isAbsentForWhatCouldForgeALine() {
        assertEquals(Optional.empty(), WaitChannel.parse("a\nend id=1"));
        assertEquals(Optional.empty(), WaitChannel.parse("a state=R"));
    }

    @Test
    void isAbsentForZero() throws IOException {
        assertEquals(Optional.empty(), WaitChannel.parse(Capture.read("busy/wchan")));
    }
}
