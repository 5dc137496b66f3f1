package app.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.util.UrlEncoded;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;

/** A request whose body is already read. */
final class ReadRequest extends HttpServletRequestWrapper {
    private final byte[] bytes;
    private final ByteArrayInputStream body;

    ReadRequest(HttpServletRequest request, byte[] bytes) {
        super(request);
        this.bytes = bytes;
        this.body = new ByteArrayInputStream(bytes);
    }

    @Override
    public ServletInputStream getInputStream() {
        return new ServletInputStream() {
            @Override
            public int read() {
                return body.read();
            }

            @Override
            public boolean isFinished() {
                return body.available() == 0;
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                throw new UnsupportedOperationException("the body is here already: just read it");
            }
        };
    }

    /** The parameters of the query, then those of a form in the body. */
    @Override
    public Map<String, String[]> getParameterMap() {
        Map<String, String[]> parameters = new LinkedHashMap<>(super.getParameterMap());
        String type = Objects.requireNonNullElse(getContentType(), "");
        if (type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE)) {
            String form = new String(bytes, charset());
            UrlEncoded.decodeTo(
                    form,
                    (name, value) -> parameters.merge(name, new String[] {value}, StringUtils::concatenateStringArrays),
                    charset());
        }
        return parameters;
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    @Override
    public String[] getParameterValues(String name) {
        return getParameterMap().get(name);
    }

    @Override
    public String getParameter(String name) {
        String[] values = getParameterValues(name);
        return values == null ? null : values[0];
    }

    @Override
    public BufferedReader getReader() {
        return new BufferedReader(new InputStreamReader(body, charset()));
    }

    private Charset charset() {
        return Charset.forName(Objects.requireNonNullElse(getCharacterEncoding(), StandardCharsets.UTF_8.name()));
    }
}
