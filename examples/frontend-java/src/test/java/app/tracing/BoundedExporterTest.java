package app.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedExporterTest {
    /** It waits for a collector that hangs. */
    private static final class Hanging implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return new CompletableResultCode();
        }

        @Override
        public CompletableResultCode flush() {
            return new CompletableResultCode();
        }

        @Override
        public CompletableResultCode shutdown() {
            return new CompletableResultCode();
        }
    }

    @Test
    void itWaitsForNothingAfterItsEnd() {
        BoundedExporter exporter = new BoundedExporter(new Hanging());
        CompletableResultCode export = exporter.export(List.of());
        assertThat(export.isDone()).isFalse();

        exporter.endWaiting();

        assertThat(export.isDone()).isTrue();
        assertThat(exporter.export(List.of()).isDone()).isTrue();
        assertThat(exporter.shutdown().isSuccess()).isTrue();
    }
}
