package io.loadmonitor.kernellog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the kernel's messages, as far as it is alike on several lines: its marks stay, its numbers may be
 * any, and a word stays until another is seen in its place. {@code "Mar  3 04:05:06 box kernel: [  812.400013] "} is a
 * month, a day, a time, two words, a colon and a number with a fraction in brackets. Not thread-safe.
 */
final class PrefixShape {
    /** What is put before a line is shorter. */
    static final int LONGEST = 300;

    /** So many marks are no chance: then unknown words may stand between them. */
    private static final int TELLING_MARKS = 3;

    private static final String BLANKS = "\\s{0,64}";
    private static final String WORD = "[0-9A-Za-z_\u0080-\u00ff]{1,128}";
    private static final Pattern PIECE = Pattern.compile("[0-9A-Za-z_\u0080-\u00ff]+|\\s+|[^\\s]");
    private static final Pattern RUN = Pattern.compile("[0-9]+|[^0-9]+");

    private final List<String> pieces;
    private final boolean[] any;
    private final int marks;
    private int blanksAtEnd;
    private @Nullable Pattern pattern;
    private @Nullable Pattern loose;

    private PrefixShape(List<String> pieces, int blanksAtEnd) {
        this.pieces = pieces;
        this.any = new boolean[pieces.size()];
        this.marks = (int) pieces.stream().filter(piece -> !word(piece)).count();
        this.blanksAtEnd = blanksAtEnd;
    }

    static PrefixShape of(String prefix) {
        List<String> pieces = new ArrayList<>();
        Matcher piece = PIECE.matcher(prefix);
        while (piece.find()) {
            if (!piece.group().isBlank()) {
                pieces.add(piece.group());
            }
        }
        return new PrefixShape(pieces, prefix.length() - prefix.stripTrailing().length());
    }

    /** The same for all prefixes that one shape can stand for. */
    String skeleton() {
        StringBuilder text = new StringBuilder();
        for (String piece : pieces) {
            text.append(word(piece) ? "w" : piece);
        }
        return text.toString();
    }

    /** Words that differ may be any from now on. */
    void merge(PrefixShape other) {
        for (int i = 0; i < pieces.size(); i++) {
            if (!any[i] && !numbersApart(pieces.get(i)).equals(numbersApart(other.pieces.get(i)))) {
                any[i] = true;
                pattern = null;
            }
        }
        if (other.blanksAtEnd < blanksAtEnd) {
            blanksAtEnd = other.blanksAtEnd;
            pattern = null;
            loose = null;
        }
    }

    /** How many characters of the line are such a prefix; {@link Anchor#NONE} where it begins otherwise. */
    int length(String line) {
        if (pattern == null) {
            pattern = compile(false);
        }
        Matcher matcher = pattern.matcher(line);
        return matcher.lookingAt() ? matcher.end() : Anchor.NONE;
    }

    /** As {@link #length}, with any words between the marks, if these are enough. */
    int lengthWithOtherWords(String line) {
        if (marks < TELLING_MARKS) {
            return Anchor.NONE;
        }
        if (loose == null) {
            loose = compile(true);
        }
        Matcher matcher = loose.matcher(line);
        return matcher.lookingAt() ? matcher.end() : Anchor.NONE;
    }

    private Pattern compile(boolean anyWords) {
        StringBuilder text = new StringBuilder(pieces.isEmpty() ? "" : BLANKS);
        for (int i = 0; i < pieces.size(); i++) {
            String piece = pieces.get(i);
            if (i > 0) {
                text.append(word(piece) && word(pieces.get(i - 1)) ? "\\s{1,64}" : BLANKS);
            }
            if (word(piece) && (any[i] || anyWords)) {
                text.append(WORD);
            } else {
                Matcher run = RUN.matcher(piece);
                while (run.find()) {
                    text.append(Character.isDigit(run.group().charAt(0)) ? "[0-9]{1,32}" : Pattern.quote(run.group()));
                }
            }
        }
        if (!pieces.isEmpty() && word(pieces.get(pieces.size() - 1))) {
            text.append("(?![0-9A-Za-z_\u0080-\u00ff])");
        }
        text.append("\\s{0,").append(blanksAtEnd).append('}');
        return Pattern.compile(text.toString());
    }

    private static boolean word(String piece) {
        char first = piece.charAt(0);
        return first < 0x80 ? Character.isLetterOrDigit(first) || first == '_' : true;
    }

    private static String numbersApart(String piece) {
        return piece.replaceAll("[0-9]+", "0");
    }
}
