package io.loadmonitor.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * Holds an answer until it is complete, and then sends it without a thread that waits for the client to take it. For
 * answers that are small. Used by one thread at a time.
 */
final class WholeAnswer extends Response.Wrapper implements Callback {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    private final Callback sent;
    private final Runnable beforeSending;
    private boolean begun;

    /**
     * @param sent is completed when the client has the answer
     * @param beforeSending is run when the answer is complete
     */
    WholeAnswer(Request request, Response response, Callback sent, Runnable beforeSending) {
        super(request, response);
        this.sent = sent;
        this.beforeSending = beforeSending;
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
        if (content != null && content.hasRemaining()) {
            byte[] bytes = BufferUtil.toArray(content);
            body.write(bytes, 0, bytes.length);
            content.position(content.limit());
        }
        begun = true;
        callback.succeeded();
    }

    /** What is held counts as sent: nothing can be taken back. */
    @Override
    public boolean isCommitted() {
        return begun || super.isCommitted();
    }

    /** The answer is complete. */
    @Override
    public void succeeded() {
        beforeSending.run();
        super.write(true, ByteBuffer.wrap(body.toByteArray()), sent);
    }

    @Override
    public void failed(Throwable fault) {
        sent.failed(fault);
    }

    @Override
    public InvocationType getInvocationType() {
        return Invocable.InvocationType.NON_BLOCKING;
    }
}
