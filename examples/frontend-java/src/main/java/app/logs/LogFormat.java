package app.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.json.JsonWriter.Members;
import org.springframework.boot.logging.structured.JsonWriterStructuredLogFormatter;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;
import org.springframework.core.env.Environment;

/**
 * Logs: one JSON object per line on stdout, also from libraries (P05).
 *
 * <p>{@code LOG.atInfo().addKeyValue("order", 7).log("order booked")} writes a line with the field {@code order}.
 */
final class LogFormat extends JsonWriterStructuredLogFormatter<ILoggingEvent> {
    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    LogFormat(
            Environment environment,
            ThrowableProxyConverter stack,
            StructuredLoggingJsonMembersCustomizer.Builder<?> customizer) {
        super(members -> members(members, environment, stack), customizer.build());
    }

    private static void members(
            Members<ILoggingEvent> members, Environment environment, ThrowableProxyConverter stack) {
        members.add("timestamp", event -> MILLISECONDS.format(event.getInstant()));
        members.add("level", event -> level(event.getLevel()));
        members.add("message", ILoggingEvent::getFormattedMessage);
        members.add("service", environment.getProperty("spring.application.name"));
        members.add("version", environment.getProperty("SERVICE_VERSION"));
        members.add().usingPairs((event, pairs) -> fields(event, stack).forEach(pairs));
    }

    /** The fields of the request and of the line, and of its error. */
    private static Map<String, Object> fields(ILoggingEvent event, ThrowableProxyConverter stack) {
        Map<String, Object> fields = new LinkedHashMap<>(event.getMDCPropertyMap());
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> fields.put(pair.key, value(pair.value)));
        }
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            fields.put("error", proxy.getThrowable().toString());
            fields.put("stack", stack.convert(event));
        }
        return fields;
    }

    /** JSON has no NaN and no infinities. */
    private static Object value(Object value) {
        return value instanceof Double number && !Double.isFinite(number) ? number.toString() : value;
    }

    private static String level(Level level) {
        return level.isGreaterOrEqual(Level.DEBUG) ? level.toString().toLowerCase(Locale.ROOT) : "debug";
    }
}
