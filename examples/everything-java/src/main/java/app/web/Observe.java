package app.web;

import app.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.web.util.DisconnectedClientHelper;

/** One log line and the metrics of each request, when Spring's observation of it ends: also of an asynchronous one. */
@Component
class Observe implements ObservationHandler<ServerRequestObservationContext> {
    private static final Logger LOG = LoggerFactory.getLogger(Observe.class);

    // nginx's status for a client that left before its response was complete.
    private static final int CLIENT_LEFT = 499;

    // A client can invent methods, and the number of series must not grow with them.
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final AtomicInteger inFlight;
    private final MeterProvider<Counter> requests;
    private final MeterProvider<Timer> durations;
    private final Tracer tracer;

    Observe(MeterRegistry meters, Tracer tracer) {
        this.tracer = tracer;
        this.inFlight = meters.gauge("http.requests.in.flight", new AtomicInteger());
        this.requests = Counter.builder("http.requests").withRegistry(meters);
        this.durations = Meters.histogram("http.request.duration").withRegistry(meters);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof ServerRequestObservationContext;
    }

    @Override
    public void onStart(ServerRequestObservationContext context) {
        context.put(Observe.class, System.nanoTime());
        inFlight.incrementAndGet();
    }

    @Override
    public void onStop(ServerRequestObservationContext context) {
        inFlight.decrementAndGet();
        boolean left = context.getError() != null
                && DisconnectedClientHelper.isClientDisconnectedException(context.getError());
        int status = left ? CLIENT_LEFT : context.getResponse().getStatus();
        long nanoseconds = System.nanoTime() - context.<Long>getRequired(Observe.class);
        TracingContext trace = context.getRequired(TracingContext.class);
        try (var span = tracer.withSpan(trace.getSpan())) { // for the log line and for exemplars
            count(context, status, nanoseconds);
            log(context.getCarrier(), status, nanoseconds);
        }
    }

    private void count(ServerRequestObservationContext context, int status, long nanoseconds) {
        String given = context.getCarrier().getMethod();
        String method = METHODS.contains(given) ? given : "other";
        String route = StringUtils.hasText(context.getPathPattern()) ? context.getPathPattern() : "unmatched";
        requests.withTags("method", method, "route", route, "status", String.valueOf(status))
                .increment();
        durations.withTags("method", method, "route", route).record(nanoseconds, TimeUnit.NANOSECONDS);
    }

    private static void log(HttpServletRequest request, int status, long nanoseconds) {
        String id = (String) request.getAttribute(RequestId.FIELD);
        try (var field = MDC.putCloseable(RequestId.FIELD, id)) { // an asynchronous request ends in any thread
            LOG.atInfo()
                    .addKeyValue("method", request.getMethod())
                    .addKeyValue("path", request.getRequestURI())
                    .addKeyValue("status", status)
                    .addKeyValue("duration_ms", nanoseconds / 1_000 / 1_000.0)
                    .log("request");
        }
    }
}
