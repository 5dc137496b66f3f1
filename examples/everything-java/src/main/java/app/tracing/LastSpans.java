package app.tracing;

import app.config.Settings;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.SpanExporters;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** Exports the spans that wait when the process stops, for a short time and within SHUTDOWN_SECONDS. */
final class LastSpans {
    private static final Logger LOG = LoggerFactory.getLogger(LastSpans.class);
    private static final Duration FLUSH = Duration.ofSeconds(2);

    // The rest of the stop needs a moment, too.
    private static final Duration MARGIN = Duration.ofMillis(200);

    private final Settings settings;
    private final SdkTracerProvider provider;
    private final SpanExporters exporters;
    private volatile Long stopping;

    LastSpans(Settings settings, SdkTracerProvider provider, SpanExporters exporters) {
        this.settings = settings;
        this.provider = provider;
        this.exporters = exporters;
    }

    @EventListener
    void drain(AvailabilityChangeEvent<ReadinessState> event) {
        if (event.getState() == ReadinessState.REFUSING_TRAFFIC) {
            stopping = System.nanoTime();
        }
    }

    @EventListener(ContextClosedEvent.class)
    void flush() {
        long time = FLUSH.toNanos();
        if (stopping != null) {
            long left = settings.shutdown().minus(MARGIN).toNanos() - (System.nanoTime() - stopping);
            time = Math.max(0, Math.min(left, time));
        }
        if (!provider.forceFlush().join(time, TimeUnit.NANOSECONDS).isSuccess()) {
            LOG.warn("spans not exported");
        }
        exporters.forEach(exporter -> ((BoundedExporter) exporter).endWaiting());
    }
}
