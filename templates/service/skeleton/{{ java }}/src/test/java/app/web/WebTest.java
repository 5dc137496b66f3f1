package app.web;

import static org.assertj.core.api.Assertions.assertThat;

import app.Http;
import app.TestService;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The filters around each route. */
class WebTest {
    private static final int MAX_BODY_BYTES = 10_000;
    private static final Executor SLOWLY = CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS);
    private static TestService service;

    @RestController
    static class TestRoutes {
        @PostMapping("/length")
        int length(@RequestBody byte[] body) {
            return body.length;
        }

        @PostMapping("/form")
        String form(@RequestParam("name") String name) {
            return name;
        }

        @GetMapping("/later")
        CompletableFuture<String> later() {
            return CompletableFuture.supplyAsync(this::bug, SLOWLY);
        }

        @GetMapping("/deferred")
        DeferredResult<String> deferred() {
            DeferredResult<String> result = new DeferredResult<>();
            SLOWLY.execute(() -> result.setErrorResult(new IllegalStateException("secret")));
            return result;
        }

        @GetMapping("/thread")
        Callable<String> thread() {
            return () -> MDC.get("request_id");
        }

        @GetMapping("/bug/{kind}")
        String bug() {
            throw new IllegalStateException("secret");
        }
    }

    @Component
    static class TestFilter extends OncePerRequestFilter {
        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (request.getRequestURI().equals("/filter")) {
                throw new IllegalStateException("secret");
            }
            chain.doFilter(request, response);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> environment =
                Map.of("MAX_BODY_BYTES", String.valueOf(MAX_BODY_BYTES), "REQUEST_SECONDS", "1");
        service = new TestService(environment, TestRoutes.class, TestFilter.class).await("/readyz", 200);
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.9", "0123456789012345678901234567890123456789012345678901234567890123"})
    void aHarmlessRequestIdIsTakenOver(String id) throws Exception {
        HttpResponse<String> response =
                Http.send(request("/nowhere").header("X-Request-Id", id).build());

        assertThat(response.headers().firstValue("X-Request-Id")).contains(id);
        assertThat(problem(response, 404).get("request_id").asString()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "a;b", "01234567890123456789012345678901234567890123456789012345678901234"})
    void anyOtherRequestIdIsReplaced(String id) throws Exception {
        HttpResponse<String> response =
                Http.send(request("/nowhere").header("X-Request-Id", id).build());

        assertThat(response.headers().firstValue("X-Request-Id").orElseThrow()).matches("[0-9a-f]{32}");
    }

    @Test
    void errorsAreProblems() throws Exception {
        problem(service.get("/nowhere"), 404);
        for (String method : List.of("DELETE", "TRACE", "MADEUP")) {
            HttpResponse<String> wrong = Http.send(
                    request("/").method(method, BodyPublishers.noBody()).build());
            problem(wrong, 405);
            assertThat(wrong.headers().firstValue("Allow")).contains("GET, HEAD");
        }
        HttpResponse<String> options = Http.send(
                request("/").method("OPTIONS", BodyPublishers.noBody()).build());
        assertThat(options.headers().firstValue("Allow")).contains("GET,HEAD,OPTIONS");
    }

    @Test
    void aBugShowsNothingOfItself() throws Exception {
        HttpResponse<String> response = service.get("/bug/1");

        problem(response, 500);
        assertThat(response.body()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void anErrorOutsideOfRoutesIsAProblem() throws Exception {
        HttpResponse<String> response = service.get("/filter");

        problem(response, 500);
        assertThat(response.body()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/later", "/deferred"})
    void anAsynchronousRouteIsCountedWhenItEnds(String path) throws Exception {
        HttpResponse<String> response =
                Http.send(request(path).header("X-Request-Id", "r-1").build());

        assertThat(problem(response, 500).get("request_id").asString()).isEqualTo("r-1");
        String metrics = service.probe("/metrics").body();
        assertThat(metrics)
                .contains("http_requests_total{method=\"GET\",route=\"%s\",status=\"500\"} 1.0".formatted(path))
                .contains("http_request_duration_seconds_bucket{method=\"GET\",route=\"%s\",le=\"0.25\"} 0"
                        .formatted(path));
    }

    @Test
    void theRequestIdIsInOtherThreads() throws Exception {
        HttpResponse<String> response =
                Http.send(request("/thread").header("X-Request-Id", "r-2").build());

        assertThat(response.body()).isEqualTo("r-2");
    }

    @Test
    void aFormArrives() throws Exception {
        HttpResponse<String> response = Http.send(request("/form")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=value"))
                .build());

        assertThat(response.body()).isEqualTo("value");
    }

    @Test
    void aBodyHasItsLimit() throws Exception {
        assertThat(post(BodyPublishers.ofByteArray(new byte[MAX_BODY_BYTES])).body())
                .isEqualTo("10000");
        assertThat(post(chunked(MAX_BODY_BYTES)).body()).isEqualTo("10000");
        problem(post(BodyPublishers.ofByteArray(new byte[MAX_BODY_BYTES + 1])), 413);
        problem(post(chunked(MAX_BODY_BYTES + 1)), 413);
        problem(post(chunked(50 * MAX_BODY_BYTES)), 413);
    }

    @Test
    void aBodyThatDoesNotArriveEndsInTime() throws Exception {
        String response = Http.raw(service.port(), "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");

        assertThat(response).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
    }

    @Test
    void aHeaderHasItsLimit() throws Exception {
        String request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: %s\r\n\r\n";

        assertThat(Http.raw(service.port(), request.formatted("x".repeat(100_000))))
                .startsWith("HTTP/1.1 431 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "/..", "/../etc/passwd", "/%2e%2E/etc", "/a/..;/..", "/{}", "/%2f", "/a..b"})
    void aStrangePathFindsNoRoute(String path) throws Exception {
        String request = "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        assertThat(Http.raw(service.port(), request.formatted(path))).matches("(?s)HTTP/1.1 40[04] .*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\r\n\r\n", "no http\r\n\r\n", "GET / HTTP/1.1\r\nHost x\r\n\r\n"})
    void aMalformedRequestIsRejectedWithoutAPage(String bytes) throws Exception {
        assertThat(Http.raw(service.port(), bytes)).startsWith("HTTP/1.1 400 ").doesNotContainIgnoringCase("jetty");
    }

    @Test
    void slowClientsStopNobody() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket("127.0.0.1", service.port());
                slow.add(socket);
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost:".getBytes());
            }
            problem(service.get("/nowhere"), 404);
            assertThat(service.probe("/livez").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void eachPortServesItsOwn() throws Exception {
        for (String path : List.of("/livez", "/readyz", "/startupz", "/metrics", "/health", "/actuator")) {
            problem(service.get(path), 404);
        }
        assertThat(service.probe("/").statusCode()).isEqualTo(404);
    }

    @Test
    void metricsNameTheRouteAndNotThePath() throws Exception {
        service.get("/bug/7");
        service.get("/some/where");
        Http.send(request("/bug/7").method("MADEUP", BodyPublishers.noBody()).build());

        String metrics = service.probe("/metrics").body();
        assertThat(metrics)
                .contains("http_requests_total{method=\"GET\",route=\"/bug/{kind}\",status=\"500\"}")
                .contains("http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}")
                .contains("http_requests_total{method=\"other\",route=\"unmatched\",status=\"405\"}")
                .contains("http_request_duration_seconds_bucket{method=\"GET\",route=\"unmatched\",le=\"0.1\"}")
                .contains("http_requests_in_flight 0.0")
                .contains("process_")
                .contains("jvm_")
                .doesNotContain("/some/where")
                .doesNotContain("/bug/7");
    }

    private static HttpResponse<String> post(BodyPublisher body) throws IOException, InterruptedException {
        return Http.send(request("/length").POST(body).build());
    }

    private static BodyPublisher chunked(int bytes) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[bytes]));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(Http.uri(service.port(), path));
    }

    private static JsonNode problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JsonMapper.shared().readTree(response.body());
        assertThat(problem.propertyNames()).containsExactly("type", "title", "status", "detail", "request_id");
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        return problem;
    }
}
