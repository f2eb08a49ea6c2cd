package io.loadmonitor.web;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Caller;
import java.util.Map;

/** Has each request that changes something told in the {@link AuditLog}, with what became of it. */
final class PostAudit {
    private static final String DETAIL = PostAudit.class.getName() + ".detail";
    private static final String CODE = PostAudit.class.getName() + ".code";
    private static final int FIRST_REFUSAL = 400;

    private final AuditLog log;
    private final Map<String, AuditLog.Action> actions;

    /** @param actions by the paths of all routes that take POST */
    PostAudit(AuditLog log, Map<String, AuditLog.Action> actions) {
        this.log = log;
        this.actions = Map.copyOf(actions);
    }

    /** What a request asks for, as far as its handler knows. */
    static void detail(Context context, String text) {
        context.attribute(DETAIL, text);
    }

    /** Why a request was refused, in the word of the API. */
    static void code(Context context, String code) {
        context.attribute(CODE, code);
    }

    /** @param path as it is registered */
    void answered(String path, Context context) {
        AuditLog.Action action = actions.get(path);
        if (action == null || !context.method().equals(HandlerType.POST)) {
            return;
        }
        int status = context.statusCode();
        log.write(new AuditLog.Entry(
                action,
                status < FIRST_REFUSAL,
                Visitor.of(context.req()).map(Visitor::caller).map(Caller::name).orElse("anybody"),
                context.req().getRemoteAddr(),
                text(context, DETAIL),
                (status + " " + text(context, CODE)).strip()));
    }

    private static String text(Context context, String attribute) {
        return context.attribute(attribute) instanceof String text ? text : "";
    }
}
