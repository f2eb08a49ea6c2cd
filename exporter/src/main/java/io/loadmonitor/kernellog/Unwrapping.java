package io.loadmonitor.kernellog;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a line out of what programs wrap around it: colours, HTML, blanks of other kinds, JSON (of the journal, of
 * docker, of log stores), and {@code key="value"}. Which member of JSON holds the log is learned from the first one
 * with the kernel's words in it. Not thread-safe.
 */
final class Unwrapping {
    private static final int MOST_KEYS = 8;
    private static final int MOST_DEPTH = 3;
    private static final int SHORTEST_WITHOUT_NEWLINES = 150;
    /** Two clocks may stand before one message: the kernel's and a logger's. */
    private static final int LEAST_WITHOUT_NEWLINES = 4;

    /** The whole prefix of a line of dmesg; what stands before it is another line's end. */
    private static final Pattern CLOCK = Pattern.compile("(?:<\\d{1,3}>)?\\[ {0,7}\\d{1,10}\\.\\d{6}\\](?= ?\\[| )");

    /** With the escape character, what stands for it, or without where somebody's copy has lost it. */
    private static final Pattern COLOUR =
            Pattern.compile("(?:\\u001b|\\u009b|#033|\\^\\[|\\\\e|\\\\033)\\[[0-9;]{0,16}[mK]"
                    + "|(?<!\\\\x1b)\\[[0-9]{1,3}(?:;[0-9]{1,3}){0,4}m");

    private static final Pattern TAG =
            Pattern.compile("</?(?:br|p|div|span|pre|code|td|tr|th|table|font|b|i|em|strong|a"
                    + "|li|ul|tt|blockquote)(?: [^<>]{0,200})?/?>");
    private static final Pattern ENTITY = Pattern.compile("&(lt|gt|amp|quot|apos|nbsp|#\\d{1,5}|#x[0-9a-fA-F]{1,4});");
    private static final Map<String, String> ENTITIES =
            Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "apos", "'", "nbsp", " ");
    /** No-break and other blanks, marks without width, the mark of byte order; of UTF-8, one character a byte. */
    private static final Pattern BLANK = Pattern.compile(
            "\\u00c2\\u00a0|\\u00e2\\u0080[\\u0080-\\u008a\\u00af]|\\u00e3\\u0080\\u0080|(?<![\\u0080-\\u"
                    + "00ff])\\u00a0");

    private static final Pattern NOTHING = Pattern.compile("\\u00e2\\u0080[\\u008b-\\u008d]|\\u00ef\\u00bb\\u00bf");
    private static final Pattern QUOTED_END = Pattern.compile("\"[,;)\\]}]{0,3}\\s*$");
    /** Who else than the kernel a record of the journal is from. */
    private static final Pattern OTHER_TRANSPORT =
            Pattern.compile("\"(?:_TRANSPORT|SYSLOG_IDENTIFIER)\" {0,2}: {0,2}\"(?!kernel\")[^\"]{1,64}\"");

    private final Set<String> keys = new LinkedHashSet<>();

    /** The lines that one line holds: mostly itself; none for a record of another program. */
    List<String> of(String line) {
        if (Anchor.inRecord(line)) {
            return List.of(line);
        }
        Optional<List<String>> inner = line.indexOf('"') < 0 ? Optional.empty() : members(line, 0);
        return inner.map(lines -> lines.stream().map(Unwrapping::plain).toList())
                .orElseGet(() -> apart(plain(line)));
    }

    /** The lines of one that has lost its newlines: each begins with the kernel's clock. */
    private static List<String> apart(String line) {
        if (line.length() < SHORTEST_WITHOUT_NEWLINES || !line.contains("] ")) {
            return List.of(line);
        }
        List<String> lines = new ArrayList<>();
        Matcher clock = CLOCK.matcher(line);
        int from = 0;
        while (clock.find()) {
            if (clock.start() > from) {
                lines.add(line.substring(from, clock.start()).stripTrailing());
            }
            from = clock.start();
        }
        lines.add(line.substring(from));
        return lines.size() < LEAST_WITHOUT_NEWLINES ? List.of(line) : lines;
    }

    private Optional<List<String>> members(String line, int depth) {
        String start = line.stripLeading();
        if (!start.startsWith("{") && !start.startsWith("\"") && !line.contains("{\"") && !line.contains("=\"")) {
            return Optional.empty();
        }
        if (OTHER_TRANSPORT.matcher(line).find() && !line.contains("\"kernel\"")) {
            return Optional.of(List.of());
        }
        for (QuotedMember member : QuotedMember.of(line)) {
            String text = member.value();
            Optional<List<String>> deeper =
                    depth < MOST_DEPTH && text.startsWith("{") ? members(text, depth + 1) : Optional.empty();
            if (deeper.isPresent()) {
                return deeper;
            }
            List<String> lines = text.lines().toList();
            if (lines.stream().anyMatch(one -> Anchor.of(one) >= 0 || Anchor.ofFrame(one) >= 0)) {
                if (keys.size() < MOST_KEYS) {
                    keys.add(member.key());
                }
                return Optional.of(lines);
            }
        }
        return QuotedMember.of(line).stream()
                .filter(member -> keys.contains(member.key()))
                .findFirst()
                .map(member -> member.value().lines().toList());
    }

    private static String plain(String line) {
        String text = line;
        if (coloured(text)) {
            text = COLOUR.matcher(text).replaceAll("");
        }
        if (text.indexOf('<') >= 0 && text.indexOf('>') >= 0) {
            text = TAG.matcher(text).replaceAll("");
        }
        if (text.indexOf('&') >= 0) {
            text = ENTITY.matcher(text).replaceAll(entity -> Matcher.quoteReplacement(character(entity.group(1))));
        }
        if (beyondAscii(text)) {
            text = NOTHING.matcher(BLANK.matcher(text).replaceAll(" ")).replaceAll("");
        }
        if (text.indexOf('"') < 0) {
            return text;
        }
        String start = text.stripLeading();
        if (start.startsWith("\"") && !start.startsWith("\"echo") || text.contains(",\"")) {
            text = QUOTED_END.matcher(text).replaceAll("");
        }
        return text;
    }

    /** Most lines are plain: to see that costs far less than to look for what could be replaced. */
    private static boolean coloured(String text) {
        for (int open = text.indexOf('['); open >= 0; open = text.indexOf('[', open + 1)) {
            int i = open + 1;
            while (i < text.length() && (text.charAt(i) >= '0' && text.charAt(i) <= '9' || text.charAt(i) == ';')) {
                i++;
            }
            if (i < text.length() && (text.charAt(i) == 'm' || text.charAt(i) == 'K')) {
                return true;
            }
        }
        return false;
    }

    private static boolean beyondAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return true;
            }
        }
        return false;
    }

    private static String character(String entity) {
        String named = ENTITIES.get(entity);
        if (named != null) {
            return named;
        }
        int code = entity.startsWith("#x")
                ? Integer.parseInt(entity.substring(2), 16)
                : Integer.parseInt(entity.substring(1));
        return code == 0xa0 ? " " : code >= 0x20 && code < 0x7f ? String.valueOf((char) code) : "?";
    }

    /**
     * A text in quotes with its key, as in {@code "log":"text"}, {@code "MESSAGE" : "text"} and {@code msg="text"}, or
     * the bytes that the journal writes for a text that is not plain: {@code "MESSAGE":[73,78]}.
     */
    record QuotedMember(String key, String value) {
        private static final int MOST = 64;
        private static final Pattern START =
                Pattern.compile("(?:\"([^\"\\\\]{1,64})\"\\s{0,4}:\\s{0,4}|([A-Za-z_.]{1,64})=)([\"\\[])");
        private static final Pattern BYTES = Pattern.compile("\\s*\\d{1,3}\\s*(?:,\\s*\\d{1,3}\\s*){0,8192}\\]");

        static List<QuotedMember> of(String line) {
            List<QuotedMember> members = new ArrayList<>();
            Matcher start = START.matcher(line);
            int from = 0;
            while (members.size() < MOST && start.find(from)) {
                String key = start.group(1) == null ? start.group(2) : start.group(1);
                StringBuilder value = new StringBuilder();
                if (start.group(3).equals("\"")) {
                    from = text(line, start.end(), value);
                } else {
                    Matcher bytes = BYTES.matcher(line).region(start.end(), line.length());
                    if (!bytes.lookingAt()) {
                        from = start.end();
                        continue;
                    }
                    for (String number : bytes.group().replace("]", "").split(",")) {
                        value.append((char) (Integer.parseInt(number.strip()) & 0xff));
                    }
                    from = bytes.end();
                }
                members.add(new QuotedMember(key, value.toString()));
            }
            return members;
        }

        /** Appends what stands up to the closing quote; returns where it goes on. */
        private static int text(String line, int from, StringBuilder value) {
            int i = from;
            while (i < line.length() && line.charAt(i) != '"') {
                char c = line.charAt(i++);
                if (c != '\\' || i == line.length()) {
                    value.append(c);
                    continue;
                }
                char escaped = line.charAt(i++);
                switch (escaped) {
                    case 'n' -> value.append('\n');
                    case 't' -> value.append('\t');
                    case 'r' -> value.append('\r');
                    case 'u' -> {
                        int code = i + 4 <= line.length() ? hex(line.substring(i, i + 4)) : -1;
                        if (code < 0) {
                            value.append("\\u");
                        } else {
                            value.append(code < 0x100 ? (char) code : '?');
                            i += 4;
                        }
                    }
                    default -> value.append(escaped);
                }
            }
            return Math.min(line.length(), i + 1);
        }

        private static int hex(String digits) {
            return digits.matches("[0-9a-fA-F]{4}") ? Integer.parseInt(digits, 16) : -1;
        }
    }
}
