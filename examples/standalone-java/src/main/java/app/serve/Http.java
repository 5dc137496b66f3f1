package app.serve;

import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/** HTTP/1.1 of Jetty that accepts any path. A path that would be dangerous as a file name only finds no route. */
final class Http extends HttpConnectionFactory {
    private static final int HEADER_BYTES = 16_384;
    private static final Pattern CLIMBING = Pattern.compile("^[^?]*/([.]|%2[eE]){2}([/;?]|$)");

    Http() {
        super(configuration());
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setUriCompliance(UriCompliance.UNSAFE); // such as //
        return http;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new AnyPath(getHttpConfiguration(), connector, endPoint), connector, endPoint);
    }

    private static final class AnyPath extends HttpConnection {
        AnyPath(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        /** Jetty can't represent a path above /, so its dots are replaced by letters. */
        @Override
        protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
            boolean climbing = CLIMBING.matcher(uri).find();
            return super.newHttpStream(method, climbing ? uri.replaceAll("[.]|%2[eE]", "%252E") : uri, version);
        }
    }
}
