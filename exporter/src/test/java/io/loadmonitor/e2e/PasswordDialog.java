package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * Somebody who types a name and a password whenever the browser asks for one. A connection of its own to the browser's
 * DevTools (domain Fetch): what goes by the driver waits for the page, which waits for the password.
 */
final class PasswordDialog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LIMIT_SECONDS = 20;

    private final WebSocket socket;
    private final Typing typing;

    private PasswordDialog(WebSocket socket, Typing typing) {
        this.socket = socket;
        this.typing = typing;
    }

    /** For the page that the driver looks at, from now on. */
    static PasswordDialog at(ChromeDriver driver, String user, String password) throws Exception {
        Map<?, ?> options = (Map<?, ?>) driver.getCapabilities().getCapability("goog:chromeOptions");
        URI pages = URI.create("http://" + options.get("debuggerAddress") + "/json/list");
        String page = "";
        for (JsonNode one : Http.json(pages).orElseThrow()) {
            if (one.path("type").asText().equals("page")
                    && driver.getWindowHandle().equals(one.path("id").asText())) {
                page = one.path("webSocketDebuggerUrl").asText();
            }
        }
        Typing typing = new Typing(user, password);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), typing)
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        ObjectNode enable = command(1, "Fetch.enable");
        enable.withObject("/params").put("handleAuthRequests", true);
        socket.sendText(enable.toString(), true).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return new PasswordDialog(socket, typing);
    }

    /** How often the browser has asked. */
    int asked() {
        return typing.asked.get();
    }

    private static ObjectNode command(int id, String method) {
        ObjectNode command = JSON.createObjectNode();
        return command.put("id", id).put("method", method);
    }

    private static final class Typing implements WebSocket.Listener {
        private final String user;
        private final String password;
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger ids = new AtomicInteger(1);
        private final StringBuilder message = new StringBuilder();
        private CompletableFuture<?> sent = CompletableFuture.completedFuture("");

        Typing(String user, String password) {
            this.user = user;
            this.password = password;
        }

        /** One after another, as the socket wants it. */
        private void send(WebSocket to, ObjectNode command) {
            sent = sent.thenCompose(before -> to.sendText(command.toString(), true));
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                JsonNode event = Http.parse(message.toString());
                message.setLength(0);
                String request = event.path("params").path("requestId").asText();
                if (event.path("method").asText().equals("Fetch.authRequired")) {
                    asked.incrementAndGet();
                    ObjectNode answer = command(ids.incrementAndGet(), "Fetch.continueWithAuth");
                    answer.withObject("/params")
                            .put("requestId", request)
                            .putObject("authChallengeResponse")
                            .put("response", "ProvideCredentials")
                            .put("username", user)
                            .put("password", password);
                    send(from, answer);
                } else if (event.path("method").asText().equals("Fetch.requestPaused")) {
                    ObjectNode on = command(ids.incrementAndGet(), "Fetch.continueRequest");
                    on.withObject("/params").put("requestId", request);
                    send(from, on);
                }
            }
            from.request(1);
            return null;
        }
    }

    @Override
    public void close() {
        socket.abort();
    }
}
