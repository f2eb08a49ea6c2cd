package io.loadmonitor.dump;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a task is, under a name that stays the same across boots, builds, kernels and architectures as far as
 * the functions do; {@code exporter/docs/signatures.md} says what it is made of. Immutable.
 *
 * <p>The id is the first 64 bits of a SHA-256 over the frames. Among a million signatures two are alike with a chance
 * of 1 in 37 million; who made the functions' names cannot aim at one, but for the 2^32 tries that a pair of his own
 * takes.
 *
 * @param id 16 hexadecimal digits
 * @param frames innermost first, as they are hashed; at least one. The first may stand in brackets and say what the
 *     task did where that is more than sleeping
 */
public record StackSignature(String id, List<String> frames) {
    /** Changes with the rules, for then the same stack has another name. */
    private static final String RULES = "1";

    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    public StackSignature {
        frames = List.copyOf(frames);
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "not the id of a signature: \"" + EscapedText.of(id) + "\"; expected 16 hexadecimal digits");
        }
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("signature " + id + " has no frames");
        }
    }

    /**
     * The signature of a stack in which a task sleeps.
     *
     * @throws IllegalArgumentException when none of its frames has a name
     */
    public static StackSignature of(CallStack stack) {
        return of(SignatureFrames.of(stack));
    }

    static StackSignature of(List<String> frames) {
        return new StackSignature(hash(frames), frames);
    }

    /**
     * Of a task without a stack that counts: what it did, and its program's name with {@code #} for the numbers in it.
     */
    static StackSignature of(LoadCause.Kind kind, EscapedText program) {
        List<String> frames = new ArrayList<>(2);
        frames.add('[' + kind.text() + ']');
        frames.add(program.escaped().replaceAll("[0-9]+", "#"));
        return of(frames);
    }

    private static String hash(List<String> frames) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(RULES.getBytes(StandardCharsets.US_ASCII));
            for (String frame : frames) {
                digest.update((byte) '\n');
                digest.update(frame.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
