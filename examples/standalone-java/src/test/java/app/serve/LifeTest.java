package app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import app.Http;
import app.TestService;
import app.dependency.Dependencies;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Start, drain and stop, as the probes and the clients see them. */
class LifeTest {
    /** A route whose duration the test sets. */
    @RestController
    static class Slow {
        static volatile CountDownLatch entered;
        static volatile CountDownLatch leave;

        @GetMapping("/slow-route")
        String slow() throws InterruptedException {
            entered.countDown();
            return leave.await(20, TimeUnit.SECONDS) ? "done" : "never";
        }
    }

    @Test
    void theProbesShowTheStart() throws Exception {
        try (TestService service = new TestService(Map.of("STARTUP_DELAY_SECONDS", "2"))) {
            service.await("/livez", 200);
            assertThat(service.probe("/startupz").statusCode()).isEqualTo(503);
            assertThat(service.probe("/startupz").body()).isEqualTo("{\"status\":\"starting\"}");
            assertThat(service.probe("/readyz").statusCode()).isEqualTo(503);

            service.await("/readyz", 200);
            assertThat(service.probe("/startupz").body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(service.get("/").statusCode()).isNotEqualTo(404);
        }
    }

    @Test
    void aStopEndsTheStart() throws Exception {
        TestService service = new TestService(Map.of("STARTUP_DELAY_SECONDS", "600"));
        service.await("/livez", 200).stop();

        assertThat(service.exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void theDrainServesOnAndFinishesWhatIsInFlight() throws Exception {
        Slow.entered = new CountDownLatch(1);
        Slow.leave = new CountDownLatch(1);
        Map<String, String> environment = Map.of("DRAIN_SECONDS", "1.5", "SHUTDOWN_SECONDS", "60");
        TestService service = new TestService(environment, Slow.class).await("/readyz", 200);
        CompletableFuture<HttpResponse<String>> inFlight = async(() -> service.get("/slow-route"));
        Slow.entered.await();

        service.stop();
        service.await("/readyz", 503);
        assertThat(service.probe("/readyz").body()).isEqualTo("{\"status\":\"draining\"}");
        assertThat(service.probe("/livez").statusCode()).isEqualTo(200);
        assertThat(service.get("/nowhere").headers().firstValue("Connection")).contains("close");

        awaitRefusal(service.port());
        // Longer than the idle time of a closing listener, because a request in progress is not idle.
        Thread.sleep(1_500);
        assertThat(service.exitCode).isNotDone();
        Slow.leave.countDown();
        assertThat(inFlight.get().body()).isEqualTo("done");
        assertThat(inFlight.get().headers().firstValue("Connection")).contains("close");
        assertThat(service.exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void theDrainEndsEarlyWhenNobodyIsConnected() throws Exception {
        Map<String, String> environment = Map.of("DRAIN_SECONDS", "15", "SHUTDOWN_SECONDS", "60");
        TestService service = new TestService(environment).await("/readyz", 200);

        long began = System.nanoTime();
        service.stop();
        assertThat(service.exitCode.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(500));
    }

    @Test
    void clientsThatReconnectCountAsConnected() throws Exception {
        Map<String, String> environment = Map.of("DRAIN_SECONDS", "15", "SHUTDOWN_SECONDS", "60");
        TestService service = new TestService(environment).await("/readyz", 200);

        service.stop();
        for (int i = 0; i < 8; i++) {
            assertThat(service.get("/nowhere").statusCode()).isEqualTo(404);
            Thread.sleep(100);
        }
        assertThat(service.exitCode.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aTakenPortIsAFailure() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Map<String, String> environment = Map.of("ADMIN_PORT", String.valueOf(taken.getLocalPort()));
            TestService service = new TestService(environment);

            assertThat(service.exitCode.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void everyDependencyHasItsClient() throws Exception {
        try (TestService service = new TestService(Map.of())) {
            service.await("/readyz", 200);

            assertThat(service.context.getBean(Dependencies.class).names())
                    .containsExactlyElementsOf(service.settings.targets().keySet());
        }
    }

    private static void awaitRefusal(int port) throws InterruptedException {
        for (int i = 0; i < 500; i++) {
            try {
                Http.raw(port, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
            } catch (IOException e) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the port is still open");
    }

    private interface Call<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> async(Call<T> call) {
        Supplier<T> task = () -> {
            try {
                return call.run();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        };
        return CompletableFuture.supplyAsync(task, TestService.THREADS);
    }
}
