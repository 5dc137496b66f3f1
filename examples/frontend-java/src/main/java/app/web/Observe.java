package app.web;

import app.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** One log line and the metrics of each request, after its response. */
@Component
@Order(2)
class Observe extends BusinessFilter {
    private static final Logger LOG = LoggerFactory.getLogger(Observe.class);

    // nginx's status for a client that left before its response was complete.
    private static final int CLIENT_LEFT = 499;

    // A client can invent methods, and the number of series must not grow with them.
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final Routes routes;
    private final AtomicInteger inFlight;
    private final MeterProvider<Counter> requests;
    private final MeterProvider<Timer> durations;

    Observe(Routes routes, MeterRegistry meters) {
        this.routes = routes;
        this.inFlight = meters.gauge("http.requests.in.flight", new AtomicInteger());
        this.requests = Counter.builder("http.requests").withRegistry(meters);
        this.durations = Meters.histogram("http.request.duration").withRegistry(meters);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long began = System.nanoTime();
        boolean left = false;
        inFlight.incrementAndGet();
        try {
            chain.doFilter(request, response);
        } catch (EofException e) {
            left = true;
            throw e;
        } finally {
            inFlight.decrementAndGet();
            write(request, left ? CLIENT_LEFT : response.getStatus(), System.nanoTime() - began);
        }
    }

    private void write(HttpServletRequest request, int status, long nanoseconds) {
        String method = METHODS.contains(request.getMethod()) ? request.getMethod() : "other";
        String route = routes.of(request);
        requests.withTags("method", method, "route", route, "status", String.valueOf(status))
                .increment();
        durations.withTags("method", method, "route", route).record(nanoseconds, TimeUnit.NANOSECONDS);
        LOG.atInfo()
                .addKeyValue("method", request.getMethod())
                .addKeyValue("path", request.getRequestURI())
                .addKeyValue("status", status)
                .addKeyValue("duration_ms", nanoseconds / 1_000 / 1_000.0)
                .log("request");
    }
}
