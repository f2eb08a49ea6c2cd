package io.loadmonitor.web.view;

/** A name and what it is worth. */
public record Fact(String name, String value) {}
