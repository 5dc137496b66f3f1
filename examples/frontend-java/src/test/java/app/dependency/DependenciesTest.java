package app.dependency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.Environments;
import app.Http;
import app.Stub;
import app.config.Settings;
import app.config.Target;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.web.client.RestClient;

/** Tests with a real server, which can be slow. */
@Timeout(4)
class DependenciesTest {
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Settings settings;
    private Tools tools;
    private Stub stub;

    @BeforeEach
    void start() throws Exception {
        stub = new Stub();
        settings = Environments.settings(Map.of("REQUEST_SECONDS", "3"));
        tools = new Tools(
                settings,
                new SimpleAsyncTaskExecutorBuilder().taskDecorator(new ContextPropagatingTaskDecorator()),
                RestClient.builder(),
                meters);
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor("request_id"));
    }

    @AfterEach
    void stop() {
        stub.close();
        MDC.clear();
    }

    @Test
    void jsonAndTextAreValues() {
        Answers answers = ask(http("mail", true, "/ok"), http("weather", false, "/text"));

        assertThat(answers.values().get("mail")).hasToString("{\"fine\":true}");
        assertThat(answers.values().get("weather")).isEqualTo("sunny");
        assertThat(answers.degraded()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/status/503", "/broken", "/huge", "/slow", "/drip"})
    void anAuxiliarysFailureIsItsFallback(String path) {
        Answers answers = ask(http("mail", true, "/ok"), http("weather", false, path));

        assertThat(answers.values()).containsEntry("weather", null);
        assertThat(answers.degraded()).containsExactly("weather");
        assertThat(meters.counter("dependency.fallbacks", "dependency", "weather")
                        .count())
                .isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/status/503", "/broken", "/huge"})
    void aCriticalsFailureIsTheRequests(String path) {
        var error = failure(http("mail", true, path), http("weather", false, "/ok"));

        assertThat(error).hasMessage("The dependency mail failed.");
        assertThat(error.timedOut()).isFalse();
        assertThat(outcomes("mail", "error")).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/slow", "/drip"})
    void theTimeoutIsForTheWholeCall(String path) {
        long began = System.nanoTime();
        var error = failure(http("mail", true, path));

        assertThat(error).hasMessage("The dependency mail did not respond in time.");
        assertThat(error.timedOut()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(TIMEOUT, TIMEOUT.plusSeconds(2));
        assertThat(outcomes("mail", "timeout")).isOne();
    }

    @Test
    void aCriticalsFailureWaitsForNobody() {
        long began = System.nanoTime();
        failure(http("mail", Duration.ofSeconds(3), "/slow"), http("ledger", true, "/status/503"));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aRequestHasItsTime() throws Exception {
        settings = Environments.settings(Map.of("REQUEST_SECONDS", "0.3"));
        var error = failure(http("mail", Duration.ofSeconds(3), "/slow"));

        assertThat(error).hasMessage("The dependencies did not respond in time.");
        assertThat(error.timedOut()).isTrue();
    }

    @Test
    void theRequestIdIsPassedOn() {
        MDC.put("request_id", "r-1");
        ask(http("mail", true, "/ok"));

        assertThat(stub.requestIds).containsExactly("r-1");
    }

    /** A client with a method, as a team writes it. */
    private final class Bookings extends HttpDependency {
        Bookings(String path) {
            super("mail", true, new Target(Http.uri(stub.port(), path), TIMEOUT), tools);
        }

        Map<?, ?> book(String title) {
            return bounded(() -> http.post()
                    .uri("/{title}", title)
                    .body(Map.of("title", title))
                    .retrieve()
                    .body(Map.class));
        }
    }

    @Test
    void aCallInYourCodeIsBounded() {
        MDC.put("request_id", "r-1");

        assertThat(new Bookings("/bookings").book("a/b")).isEqualTo(Map.of("fine", true));
        assertThat(stub.requests).containsExactly("POST /bookings/a%2Fb {\"title\":\"a/b\"}");
        assertThat(stub.requestIds).containsExactly("r-1");
        assertThat(outcomes("mail", "ok")).isOne();
    }

    @ParameterizedTest
    @CsvSource({"503, false", "slow, true"})
    void aCallInYourCodeFailsAsTheDependency(String title, boolean timedOut) {
        Bookings bookings = new Bookings(title.equals("slow") ? "" : "/status");
        var error = catchThrowableOfType(DependencyException.class, () -> bookings.book(title));

        assertThat(error.timedOut()).isEqualTo(timedOut);
        assertThat(outcomes("mail", timedOut ? "timeout" : "error")).isOne();
    }

    @Test
    void aDependencyOfAnotherProtocolIsReachableOrNot() throws Exception {
        Answers answers = ask(tcp("database", stub.port()), tcp("cache", Http.freePort()));

        assertThat(answers.values().get("database")).isEqualTo(Map.of("reachable", true));
        assertThat(answers.degraded()).containsExactly("cache");
    }

    private Dependency http(String name, boolean critical, String path) {
        return new HttpDependency(name, critical, new Target(Http.uri(stub.port(), path), TIMEOUT), tools) {};
    }

    private Dependency http(String name, Duration timeout, String path) {
        return new HttpDependency(name, true, new Target(Http.uri(stub.port(), path), timeout), tools) {};
    }

    private Dependency tcp(String name, int port) {
        return new TcpDependency(name, false, new Target(URI.create("tcp://127.0.0.1:" + port), TIMEOUT), tools) {};
    }

    private double outcomes(String name, String outcome) {
        return meters.counter("dependency.requests", "dependency", name, "outcome", outcome)
                .count();
    }

    private Answers ask(Dependency... dependencies) {
        return new Dependencies(List.of(dependencies), settings).ask();
    }

    private DependencyException failure(Dependency... dependencies) {
        return catchThrowableOfType(DependencyException.class, () -> ask(dependencies));
    }
}
