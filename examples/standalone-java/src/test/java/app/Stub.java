package app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A dependency whose response depends on the path: /ok, /text, /status/503, /slow, /drip, /broken or /huge. */
public final class Stub implements AutoCloseable {
    private static final Duration SLOW = Duration.ofSeconds(5);

    /** Method, path and body of each request. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    public final List<String> requestIds = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    public Stub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::respond);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void respond(HttpExchange exchange) throws IOException {
        requestIds.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Request-Id")));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add("%s %s %s".formatted(exchange.getRequestMethod(), exchange.getRequestURI(), body));
        String path = exchange.getRequestURI().getPath();
        try (exchange) {
            switch (path) {
                case "/text" -> send(exchange, 200, "text/plain", "sunny");
                case "/broken" -> send(exchange, 200, "application/json", "{\"half\":");
                case "/huge" -> send(exchange, 200, "application/json", "\"" + "x".repeat(1 << 20) + "\"");
                case "/status/503" -> send(exchange, 503, "application/json", "{}");
                case "/slow" -> {
                    pause(SLOW);
                    send(exchange, 200, "application/json", "{}");
                }
                case "/drip" -> drip(exchange);
                default -> send(exchange, 200, "application/json", "{\"fine\": true}");
            }
        }
    }

    /** Sends single bytes slowly: each read is fast, and the whole response is slow. */
    private static void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, SLOW.toMillis() / 50);
        for (int i = 0; i < SLOW.toMillis() / 50; i++) {
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            pause(Duration.ofMillis(50));
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
