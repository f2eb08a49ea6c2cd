package io.loadmonitor.app;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Rows of text for eyes, each column as wide as its widest cell; the last column is cut where the terminal ends.
 * Without rows there is no table. Not safe for use by several threads.
 */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... heads) {
        this.heads = List.of(heads);
    }

    /** @param cells one for each column; text of anybody */
    TextTable row(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException("the table has " + heads.size() + " columns, not " + cells.length);
        }
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(PlainLine.of(cell));
        }
        rows.add(Collections.unmodifiableList(row));
        return this;
    }

    /** @param width of a line, in characters */
    List<String> lines(int width) {
        if (rows.isEmpty()) {
            return List.of();
        }
        int[] widths = heads.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(heads, widths, width));
        rows.forEach(row -> lines.add(line(row, widths, width)));
        return lines;
    }

    private static String line(List<String> cells, int[] widths, int width) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            line.append(cell);
            if (i < cells.size() - 1) {
                line.append(" ".repeat(widths[i] - cell.length())).append(GAP);
            }
        }
        String whole = line.toString().stripTrailing();
        return whole.length() <= width ? whole : whole.substring(0, Math.max(1, width - 3)) + "...";
    }
}
