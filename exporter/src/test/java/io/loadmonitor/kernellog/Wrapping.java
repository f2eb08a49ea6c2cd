package io.loadmonitor.kernellog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What programs and people put around a log's lines.
 *
 * @param name for failures and the table
 * @param wrap from the kernel's own lines to a text
 */
record Wrapping(String name, Function<List<String>, byte[]> wrap) {
    static final String ISO = "2026-03-03T04:05:06";

    byte[] of(List<String> lines) {
        return wrap.apply(lines);
    }

    /** 75 of them and more. */
    static List<Wrapping> all() {
        List<Wrapping> all = new ArrayList<>();
        // Before each line; # is a number that counts up.
        String[] before = {
            "",
            "[  812.4000#] ",
            "[  812.4000#][  T201] ",
            "[  812.4000#] [    T201] ",
            "<4>[  812.4000#] ",
            "kern  :warn  : [  812.4000#] ",
            "[Tue Mar  3 04:05:06 2026] ",
            ISO + ",4000#+00:00 ",
            "4,12#,8124000#,-;",
            "Mar  3 04:05:06 box kernel: ",
            "Mar  3 04:05:06 box kernel: [  812.4000#] ",
            "Mar 03 04:05:06.1234# box kernel: ",
            ISO + "+0000 box kernel: ",
            ISO + ".1234#+01:00 box kernel: [  812.4000#] ",
            "2026-03-03 04:05:06 box kernel: ",
            "[  812.4000#] box kernel: ",
            "1772510706.1234# box kernel: ",
            "Tue 2026-03-03 04:05:06 UTC box kernel: ",
            "MESSAGE=",
            "    MESSAGE=",
            "> ",
            ">> ",
            "> > [  812.4000#] ",
            "    ",
            "\t",
            "    Mar  3 04:05:06 box kernel: [  812.4000#] ",
            "[   +0.00000#] ",
            "[  812.4000# <    0.00001#>] ",
            "[  812.4000# <    0.00001# >] box kernel: ",
            "118 <3>1 " + ISO + ".12#Z box kernel - - - ",
            "Mar  3 04:05:06 box user.err kernel: [  812.4000#] ",
            "Mar  3 04:05:06 box kern.warn kernel: [  812.4000#] ",
            "Mar  3 04:05:06 box kernel[-] err: ",
            "<3>1 " + ISO + ".12#+00:00 box kernel - - - [  812.4000#] ",
            "<3>1 " + ISO + "Z box kernel - - [meta sequenceId=\"#\"] ",
            ISO + ".12345678#Z stderr F [  812.4000#] ",
            ISO + ".12345678#Z stdout F ",
            "node-1  | [  812.4000#] ",
            "pod/agent-x7k2p/agent [  812.4000#] ",
            "03-03 04:05:06.12#     0     0 E         : ",
            "<6>[  812.4000#][0:    khungtaskd:   35] ",
            "[  812.4000#] .(1)[35:khungtaskd]",
            "[  812.4000#] c1     35 ",
            "<3>[  812.4000#]  [1:     khungtaskd:   35] ",
            "[  812.4000#,1][pid:35,cpu1,khungtaskd]",
            "#: ",
            "  #  ",
            "1#:[  812.4000#] ",
            "kern.log:1#:Mar  3 04:05:06 box kernel: ",
            "+",
            "+[  812.4000#] ",
            "- [  812.4000#] ",
            " [  812.4000#] ",
            "[04:05] ",
            "[04:05:06] ana: ",
            "(04:05:06) [  812.4000#] ",
            "04:05 <ana> ",
            ISO + ".123456#Z [  812.4000#] ",
            "[" + ISO + ".12#Z] [  812.4000#] ",
            "#33[32m[  812.4000#] #33[0m".replace("#33", "\u001b"),
            "\u001b[32m[  812.4000#] \u001b[0m\u001b[33m",
            "\u00c2\u00a0\u00c2\u00a0[  812.4000#] ",
            "| ",
            "* ",
            "box login: [  812.4000#] ",
            "ttyS0: [  812.4000#] "
        };
        for (String prefix : before) {
            all.add(new Wrapping("before: " + prefix.replace("\u001b", "ESC"), lines -> each(lines, prefix, "")));
        }
        all.add(new Wrapping("coloured to the end", lines -> each(lines, "\u001b[1m[  812.4000#] ", "\u001b[0m")));
        all.add(new Wrapping("CR and LF", lines -> latin1(String.join("\r\n", lines) + "\r\n")));
        all.add(new Wrapping("blanks at the ends", lines -> each(lines, "[  812.4000#] ", "   ")));
        all.add(new Wrapping(
                "UTF-16 LE", lines -> ("\ufeff" + String.join("\n", lines)).getBytes(StandardCharsets.UTF_16LE)));
        all.add(new Wrapping(
                "UTF-16 BE", lines -> ("\ufeff" + String.join("\n", lines)).getBytes(StandardCharsets.UTF_16BE)));
        all.add(new Wrapping(
                "HTML",
                lines -> latin1("<pre>"
                        + String.join(
                                "<br>\n",
                                lines.stream()
                                        .map(line -> line.replace("&", "&amp;")
                                                .replace("<", "&lt;")
                                                .replace(">", "&gt;"))
                                        .toList())
                        + "</pre>\n")));
        all.add(new Wrapping(
                "JSON of docker",
                lines -> json(lines, "{\"log\":\"%s\\n\",\"stream\":\"stderr\",\"time\":\"" + ISO + "Z\"}")));
        all.add(new Wrapping(
                "JSON of the journal",
                lines -> json(
                        lines,
                        "{\"PRIORITY\":\"3\",\"_TRANSPORT\":\"kernel\","
                                + "\"SYSLOG_IDENTIFIER\":\"kernel\",\"MESSAGE\":\"%s\",\"_HOSTNAME\":\"box\"}")));
        all.add(new Wrapping(
                "JSON of a log store",
                lines -> json(
                        lines,
                        "{\"@timestamp\":\"" + ISO
                                + "Z\",\"host\":{\"name\":\"box\"},\"message\":\"[  812.40001] %s\"}")));
        all.add(new Wrapping(
                "pretty JSON",
                lines -> json(
                        lines, "{\n\t\"_HOSTNAME\" : \"box\",\n\t\"MESSAGE\" : \"%s\",\n\t\"PRIORITY\" : \"3\"\n}")));
        all.add(new Wrapping(
                "server-sent events of the journal",
                lines -> json(lines, "data: {\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"%s\",\"PRIORITY\":\"3\"}\n")));
        all.add(new Wrapping(
                "JSON sequence of the journal",
                lines -> json(lines, "\u001e{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"%s\",\"PRIORITY\":\"3\"}")));
        all.add(new Wrapping(
                "verbose journal",
                lines -> json(
                        lines,
                        "Tue 2026-03-03 04:05:06.123456 UTC [s=1f2e;i=9a;b=77]\n    PRIORITY=3\n    _TRANSPORT=kernel\n"
                                + "    SYSLOG_IDENTIFIER=kernel\n    MESSAGE=%s\n    _HOSTNAME=box")));
        all.add(new Wrapping(
                "export of the journal",
                lines -> json(
                        lines,
                        "__CURSOR=s=1f2e;i=9a\n__REALTIME_TIMESTAMP=1772510706000000\nPRIORITY=3\nMESSAGE=%s\n"
                                + "_TRANSPORT=kernel\n")));
        all.add(new Wrapping("parts of a container's lines", lines -> parts(lines)));
        all.add(new Wrapping("key=value", lines -> json(lines, "ts=" + ISO + "Z level=error msg=\"%s\"")));
        return all;
    }

    static byte[] each(List<String> lines, String before, String after) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(before.replace("#", Integer.toString(10 + i)))
                    .append(lines.get(i))
                    .append(after)
                    .append('\n');
        }
        return latin1(text.toString());
    }

    /** Each line in two parts. */
    private static byte[] parts(List<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            int half = line.length() / 2;
            text.append(ISO)
                    .append(".123456789Z stderr P [  812.400010] ")
                    .append(line, 0, half)
                    .append('\n');
            text.append(ISO)
                    .append(".123456789Z stderr F ")
                    .append(line.substring(half))
                    .append('\n');
        }
        return latin1(text.toString());
    }

    private static byte[] json(List<String> lines, String form) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(form.replace(
                            "%s",
                            line.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t")))
                    .append('\n');
        }
        return latin1(text.toString());
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
