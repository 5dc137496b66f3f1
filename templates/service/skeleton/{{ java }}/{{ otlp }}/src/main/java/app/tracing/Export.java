package app.tracing;

import app.config.Settings;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.SpanExporters;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetryResourceAttributes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The exporters and the source of the spans, safe against a collector that hangs and against wrong attributes. */
@Configuration(proxyBeanMethods = false)
class Export {
    private static final Logger LOG = LoggerFactory.getLogger(Export.class);

    @Bean
    SpanExporters spanExporters(ObjectProvider<SpanExporter> exporters) {
        return SpanExporters.of(
                exporters.orderedStream().map(BoundedExporter::new).toList());
    }

    /** {@link BoundedExporter} closes the exporters. Spring would wait for a collector that hangs. */
    @Bean
    static BeanFactoryPostProcessor exportersWithoutClose() {
        return beans -> {
            for (String name : beans.getBeanNamesForType(SpanExporter.class, true, false)) {
                if (beans.getBeanDefinition(name) instanceof AbstractBeanDefinition exporter) {
                    exporter.setDestroyMethodName("");
                }
            }
        };
    }

    @Bean
    LastSpans lastSpans(Settings settings, SdkTracerProvider provider, SpanExporters exporters) {
        return new LastSpans(settings, provider, exporters);
    }

    @Bean
    Resource resource(Environment environment, Settings settings) {
        Map<String, String> version = Map.of("service.version", settings.version());
        ResourceBuilder resource = Resource.getDefault().toBuilder();
        try {
            new OpenTelemetryResourceAttributes(environment, version).applyTo(resource::put);
        } catch (IllegalArgumentException e) { // its text has the value, which can be a secret
            LOG.atWarn().addKeyValue("setting", "OTEL_RESOURCE_ATTRIBUTES").log("setting ignored");
            resource.put("service.name", environment.getProperty("spring.application.name"));
            version.forEach(resource::put);
        }
        return resource.build();
    }
}
