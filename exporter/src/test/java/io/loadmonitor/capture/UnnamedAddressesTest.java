package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class UnnamedAddressesTest {
    private final UnnamedAddresses unnamed = new UnnamedAddresses();

    @Test
    void asksForWhatHadNoNameAgainAfterAMinute() {
        assertEquals(List.of(1L, 2L), unnamed.without(List.of(1L, 2L), 0));
        unnamed.note(List.of(1L, 2L), Set.of(1L), 0);
        assertEquals(List.of(1L, 3L), unnamed.without(List.of(1L, 2L, 3L), UnnamedAddresses.AGAIN_NANOS - 1));
        assertEquals(List.of(1L, 2L), unnamed.without(List.of(1L, 2L), UnnamedAddresses.AGAIN_NANOS));
        unnamed.note(List.of(2L), Set.of(2L), UnnamedAddresses.AGAIN_NANOS);
        assertEquals(List.of(2L), unnamed.without(List.of(2L), UnnamedAddresses.AGAIN_NANOS + 1));
    }

    @Test
    void keepsSoManyAndNoMore() {
        List<Long> many =
                LongStream.range(0, UnnamedAddresses.MOST + 100).boxed().toList();
        unnamed.note(many, Set.of(), 0);
        assertEquals(many.subList(0, 100), unnamed.without(many, 1), "the eldest are forgotten");
    }
}
