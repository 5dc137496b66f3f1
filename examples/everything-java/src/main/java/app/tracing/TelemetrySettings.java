package app.tracing;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Checks the variables OTEL_*, which Spring Boot maps to properties. A wrong one is logged without its value, which can be
 * a secret, and never stops the start. META-INF/spring.factories names this class.
 */
final class TelemetrySettings implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    private static final Logger LOG = LoggerFactory.getLogger(TelemetrySettings.class);

    private static final String EXPORT = "management.tracing.export.otlp.enabled";
    private static final String TRACING = "management.opentelemetry.tracing.";
    private static final List<String> SAMPLERS = List.of(
            "always_on",
            "always_off",
            "traceidratio",
            "parentbased_always_on",
            "parentbased_always_off",
            "parentbased_traceidratio");

    /** What a variable must be, and the properties that replace a wrong one. */
    private record Rule(Predicate<String> right, Map<String, Object> otherwise) {}

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    static {
        Map<String, Object> off = Map.of(EXPORT, false);
        for (String which : List.of("", "TRACES_")) {
            String name = "OTEL_EXPORTER_OTLP_" + which;
            RULES.put(name + "ENDPOINT", new Rule(TelemetrySettings::url, off));
            RULES.put(name + "CERTIFICATE", new Rule(TelemetrySettings::file, without("truststore.certificate")));
            RULES.put(name + "CLIENT_CERTIFICATE", new Rule(TelemetrySettings::file, without("keystore.certificate")));
            RULES.put(name + "CLIENT_KEY", new Rule(TelemetrySettings::file, without("keystore.private-key")));
        }
        RULES.put("OTEL_TRACES_SAMPLER", new Rule(SAMPLERS::contains, Map.of()));
        RULES.put("OTEL_TRACES_SAMPLER_ARG", new Rule(value -> value.matches("0*1(\\.0*)?|0*(\\.\\d+)?"), Map.of()));
        count("OTEL_BSP_MAX_QUEUE_SIZE", "export.max-queue-size", 2048);
        count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "export.max-batch-size", 512);
        count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "limits.max-attributes", 128);
        count("OTEL_ATTRIBUTE_COUNT_LIMIT", "limits.max-attributes", 128);
        count("OTEL_SPAN_EVENT_COUNT_LIMIT", "limits.max-events", 128);
        count("OTEL_SPAN_LINK_COUNT_LIMIT", "limits.max-links", 128);
        count("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "limits.max-attributes-per-event", 128);
        count("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "limits.max-attributes-per-link", 128);
        count("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "limits.max-attribute-value-length", Integer.MAX_VALUE);
        count("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "limits.max-attribute-value-length", Integer.MAX_VALUE);
    }

    /** Spring Boot makes a bundle for each kind of signal. */
    private static Map<String, Object> without(String file) {
        Map<String, Object> properties = new HashMap<>();
        for (String signal : List.of("tracing", "metrics", "logging")) {
            properties.put("spring.ssl.bundle.pem.opentelemetry-%s.%s".formatted(signal, file), "");
        }
        return properties;
    }

    private static void count(String variable, String property, int usual) {
        RULES.put(variable, new Rule(value -> value.matches("0*[1-9]\\d{0,8}"), Map.of(TRACING + property, usual)));
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if (context.getParent() == null) {
            Map<String, Object> properties = properties(System::getenv);
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("telemetrySettings", properties));
        }
    }

    /** The properties that come before those that Spring Boot makes of the variables. */
    static Map<String, Object> properties(UnaryOperator<String> variables) {
        // Without export, a request still has the trace of its caller.
        Map<String, Object> properties = new HashMap<>(Map.of("management.opentelemetry.enabled", true));
        properties.put(TRACING + "export.otlp.transport", "http");
        if ("true".equalsIgnoreCase(variables.apply("OTEL_SDK_DISABLED"))) {
            properties.put(EXPORT, false);
        }
        RULES.forEach((name, rule) -> {
            String value = variables.apply(name);
            if (value != null && !value.isBlank() && !rule.right.test(value)) {
                properties.putAll(rule.otherwise);
                LOG.atWarn().addKeyValue("setting", name).log("setting ignored");
            }
        });
        return properties;
    }

    private static boolean url(String value) {
        try {
            URI uri = new URI(value);
            return List.of("http", "https").contains(String.valueOf(uri.getScheme())) && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean file(String value) {
        try {
            return Files.isReadable(Path.of(value));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
