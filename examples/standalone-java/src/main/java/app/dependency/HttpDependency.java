package app.dependency;

import app.config.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.MDC;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP dependency. */
public abstract class HttpDependency extends Dependency {
    private static final int MAX_ANSWER_BYTES = 1_048_576;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Tools tools;
    private final URI uri;

    protected HttpDependency(String name, boolean critical, Tools tools) {
        this(name, critical, tools.settings.targets().get(name), tools);
    }

    protected HttpDependency(String name, boolean critical, Target target, Tools tools) {
        super(name, critical, target.timeout(), tools);
        this.tools = tools;
        this.uri = target.uri();
    }

    @Override
    protected Object fetch() throws IOException, InterruptedException {
        return get(uri);
    }

    /** The JSON or text of a successful response. */
    protected final Object get(URI uri) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", "application/json, text/plain");
        if (MDC.get("request_id") != null) {
            request.header("X-Request-Id", MDC.get("request_id"));
        }
        HttpResponse<InputStream> answer = tools.http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("status " + answer.statusCode());
            }
            return value(answer.headers().firstValue("Content-Type").orElse(""), read(body));
        }
    }

    private static byte[] read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
        if (bytes.length > MAX_ANSWER_BYTES) {
            throw new IOException("more than %d bytes".formatted(MAX_ANSWER_BYTES));
        }
        return bytes;
    }

    private static Object value(String type, byte[] body) throws IOException {
        if (!type.contains("json")) {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        }
        if (body.length == 0) {
            throw new IOException("no JSON");
        }
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IOException("no JSON", e);
        }
    }
}
