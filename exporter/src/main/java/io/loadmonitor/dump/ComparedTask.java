package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;

/**
 * A task of one of two dumps, or of both.
 *
 * @param task as the later dump has it; one that is gone as the earlier dump has it
 * @param cause of that
 * @param signature of that
 */
public record ComparedTask(TaskChange change, Task task, LoadCause cause, StackSignature signature) {}
