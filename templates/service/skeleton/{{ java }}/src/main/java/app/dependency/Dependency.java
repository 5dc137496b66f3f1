package app.dependency;

import app.Meters;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/** One dependency. If a critical one fails, so does the request. */
public abstract class Dependency {
    private static final Logger LOG = LoggerFactory.getLogger(Dependency.class);

    private final String name;
    private final boolean critical;
    private final Duration timeout;
    private final Tools tools;
    private final Map<String, Counter> outcomes;
    private final Timer timer;
    private final Counter fallbacks;

    protected Dependency(String name, boolean critical, Duration timeout, Tools tools) {
        this.name = name;
        this.critical = critical;
        this.timeout = timeout;
        this.tools = tools;
        this.outcomes = Map.of("ok", outcome("ok"), "error", outcome("error"), "timeout", outcome("timeout"));
        this.timer = Meters.histogram("dependency.request.duration")
                .tag("dependency", name)
                .register(tools.meters);
        this.fallbacks = tools.meters.counter("dependency.fallbacks", "dependency", name);
    }

    /** One call, without a time limit; any exception is a failure. */
    protected abstract Object fetch() throws Exception;

    /**
     * The result of any call of this dependency, such as a POST or a query of a driver. It has the timeout, the metrics
     * and the errors of the dependency: if the work throws or takes too long, this is a {@link DependencyException}.
     */
    public final <T> T bounded(Callable<T> work) {
        try {
            return start(work).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof DependencyException failure ? failure : e;
        }
    }

    /** The result of {@code fetch}, in the same way. */
    final CompletableFuture<Object> ask() {
        return start(this::fetch);
    }

    private <T> CompletableFuture<T> start(Callable<T> work) {
        long began = System.nanoTime();
        ContextSnapshot context = ContextSnapshotFactory.builder().build().captureAll();
        CompletableFuture<T> result = new CompletableFuture<>();
        Future<?> call = tools.threads.submit(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).handle((value, error) -> {
            boolean timedOut = error instanceof TimeoutException;
            outcomes.get(error == null ? "ok" : timedOut ? "timeout" : "error").increment();
            timer.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
            if (error == null) {
                return value;
            }
            call.cancel(true);
            context.wrap(() -> log(error)).run(); // with the request id, in any thread
            String fault = timedOut ? "did not respond in time" : "failed";
            throw new DependencyException("The dependency %s %s.".formatted(name, fault), timedOut, error);
        });
    }

    private void log(Throwable error) {
        LOG.atWarn()
                .addKeyValue("dependency", name)
                .addKeyValue("critical", critical)
                .addKeyValue(
                        "error",
                        NestedExceptionUtils.getMostSpecificCause(error).toString())
                .log("dependency failed");
    }

    /** Returns the fallback for the response of an auxiliary dependency. */
    Object fallback() {
        fallbacks.increment();
        return null;
    }

    private Counter outcome(String outcome) {
        return tools.meters.counter("dependency.requests", "dependency", name, "outcome", outcome);
    }

    public final String name() {
        return name;
    }

    public final boolean critical() {
        return critical;
    }
}
