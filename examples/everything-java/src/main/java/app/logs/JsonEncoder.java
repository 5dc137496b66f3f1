package app.logs;

import app.Service;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Writes an event as one line: the common fields, the fields of the request, and its other fields. */
final class JsonEncoder extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final JsonMapper json = JsonMapper.shared();
    private final String version = System.getenv().getOrDefault("SERVICE_VERSION", "0.0.0");

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", MILLISECONDS.format(Instant.ofEpochMilli(event.getTimeStamp())));
        fields.put("level", level(event.getLevel()));
        fields.put("message", event.getFormattedMessage());
        fields.put("service", Service.NAME);
        fields.put("version", version);
        fields.putAll(event.getMDCPropertyMap());
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
        }
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            fields.put("error", proxy.getThrowable().toString());
            fields.put("stack", stack(proxy.getThrowable()));
        }
        return (write(fields) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private String write(Map<String, Object> fields) {
        try {
            return json.writeValueAsString(fields);
        } catch (JacksonException e) {
            // The line is written even if Jackson can't write a value.
            fields.replaceAll((name, value) -> String.valueOf(value));
            return json.valueToTree(fields).toString();
        }
    }

    private static String level(Level level) {
        return level.isGreaterOrEqual(Level.DEBUG) ? level.toString().toLowerCase(Locale.ROOT) : "debug";
    }

    private static String stack(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }
}
