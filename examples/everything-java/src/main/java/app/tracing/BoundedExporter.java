package app.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/** An exporter that can end at once, also while it waits for its collector. */
final class BoundedExporter implements SpanExporter {
    private final SpanExporter exporter;
    private volatile CompletableResultCode current = CompletableResultCode.ofSuccess();
    private volatile boolean over;

    BoundedExporter(SpanExporter exporter) {
        this.exporter = exporter;
    }

    void endWaiting() {
        over = true;
        current.fail();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        if (over) {
            return CompletableResultCode.ofFailure();
        }
        current = exporter.export(spans);
        return current;
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    /** It would wait for the collector, so that after the flush the end of the process closes its connections. */
    @Override
    public CompletableResultCode shutdown() {
        return over ? CompletableResultCode.ofSuccess() : exporter.shutdown();
    }
}
