package io.loadmonitor.kernellog;

/**
 * Lines that were not understood and are alike but for their numbers.
 *
 * @param firstLine the number of the first, from 1
 * @param text of the first, printable ASCII, 200 bytes of it at most
 * @param lines how many, at least 1
 */
public record UnreadKind(int firstLine, String text, int lines) {}
