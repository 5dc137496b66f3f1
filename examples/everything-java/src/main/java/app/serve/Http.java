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
    private static final int HEADER_BYTES = 32_768;

    // For a request's header, from its first byte. A client that needs longer is broken, or an attacker (slowloris).
    private static final long HEADER_NANOSECONDS = 10_000_000_000L;

    // A client that reads nothing of its response for this time is disconnected.
    private static final int UNREAD_MILLISECONDS = 30_000;

    private static final Pattern CLIMBING = Pattern.compile("^[^?]*/([.]|%2[eE]){2}([/;?]|$)");

    Http() {
        super(configuration());
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setIdleTimeout(UNREAD_MILLISECONDS); // of reads and writes during a request
        http.setUriCompliance(UriCompliance.UNSAFE); // such as //
        return http;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new AnyPath(getHttpConfiguration(), connector, endPoint), connector, endPoint);
    }

    /** Closes a connection whose header takes too long. Jetty's own time limit starts again with each byte. */
    static void closeSlowHeader(EndPoint endPoint, long now) {
        if (endPoint.getConnection() instanceof AnyPath connection) {
            connection.closeSlowHeader(now);
        }
    }

    private static final class AnyPath extends HttpConnection {
        private boolean inHeader;
        private long headerSeen;
        private long requestsBefore;

        AnyPath(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        private void closeSlowHeader(long now) {
            boolean underWay = getParser().inHeaderState() && !getParser().isStart();
            if (!underWay || !inHeader || getMessagesIn() != requestsBefore) {
                inHeader = underWay;
                headerSeen = now;
                requestsBefore = getMessagesIn();
            } else if (now - headerSeen >= HEADER_NANOSECONDS) {
                getEndPoint().close();
            }
        }

        /** Jetty can't represent a path above /, so its dots are replaced by letters. */
        @Override
        protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
            boolean climbing = CLIMBING.matcher(uri).find();
            return super.newHttpStream(method, climbing ? uri.replaceAll("[.]|%2[eE]", "%252E") : uri, version);
        }
    }
}
