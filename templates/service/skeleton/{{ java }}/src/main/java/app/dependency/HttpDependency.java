package app.dependency;

import app.config.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.DefaultUriBuilderFactory.EncodingMode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP dependency. */
public abstract class HttpDependency extends Dependency {
    private static final int MAX_RESPONSE_BYTES = 1_048_576;
    private static final JsonMapper JSON = JsonMapper.shared();

    /** For the calls that you write, within {@link #bounded}. A path is added to the URL of the dependency. */
    protected final RestClient http;

    private final URI uri;

    protected HttpDependency(String name, boolean critical, Tools tools) {
        this(name, critical, tools.settings.targets().get(name), tools);
    }

    protected HttpDependency(String name, boolean critical, Target target, Tools tools) {
        super(name, critical, target.timeout(), tools);
        this.uri = target.uri();
        DefaultUriBuilderFactory addresses = new DefaultUriBuilderFactory(uri.toString());
        addresses.setEncodingMode(EncodingMode.VALUES_ONLY); // the URL is encoded already
        this.http = tools.http.clone().uriBuilderFactory(addresses).build();
    }

    @Override
    protected Object fetch() {
        return get(uri);
    }

    /** The JSON or text of a successful response. */
    protected final Object get(URI uri) {
        return http.get()
                .uri(uri)
                .accept(MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN)
                .exchange((request, response) -> {
                    if (!response.getStatusCode().is2xxSuccessful()) {
                        throw new IOException(
                                "status " + response.getStatusCode().value());
                    }
                    String type =
                            Objects.requireNonNullElse(response.getHeaders().getFirst("Content-Type"), "");
                    return value(type, read(response.getBody()));
                });
    }

    private static byte[] read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_RESPONSE_BYTES + 1);
        if (bytes.length > MAX_RESPONSE_BYTES) {
            throw new IOException("more than %d bytes".formatted(MAX_RESPONSE_BYTES));
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
