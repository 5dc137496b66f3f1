package app.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TelemetrySettingsTest {
    private static final String EXPORT = "management.tracing.export.otlp.enabled";

    @Test
    void rightSettingsExport() {
        Map<String, Object> properties = TelemetrySettings.properties(Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318",
                "OTEL_TRACES_SAMPLER", "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG", "0.25",
                "OTEL_BSP_MAX_QUEUE_SIZE", "100")::get);

        assertThat(properties).doesNotContainKey(EXPORT).hasSize(2);
    }

    @Test
    void aWrongCollectorExportsNothing() {
        assertThat(TelemetrySettings.properties(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "collector")::get))
                .containsEntry(EXPORT, false);
    }

    @Test
    void aDisabledSdkStillHasTraces() {
        assertThat(TelemetrySettings.properties(Map.of("OTEL_SDK_DISABLED", "true")::get))
                .containsEntry(EXPORT, false)
                .containsEntry("management.opentelemetry.enabled", true);
    }

    @Test
    void aWrongNumberHasItsDefault() {
        assertThat(TelemetrySettings.properties(Map.of("OTEL_BSP_MAX_QUEUE_SIZE", "-5")::get))
                .containsEntry("management.opentelemetry.tracing.export.max-queue-size", 2048);
    }
}
