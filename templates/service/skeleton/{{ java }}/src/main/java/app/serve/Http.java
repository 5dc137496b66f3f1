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

/** Jetty's HTTP/1.1, where any path is a path: one that means trouble where it names a file only finds no route. */
final class Http extends HttpConnectionFactory {
    private static final int HEADER_BYTES = 32_768;

    // For a request's head, from its first byte: a client that takes longer is broken, or a slowloris.
    private static final long HEAD_NANOSECONDS = 10_000_000_000L;

    // For a client to take some of its answer; one that takes nothing is cut off.
    private static final int UNSENT_MILLISECONDS = 5_000;

    private static final Pattern CLIMBING = Pattern.compile("^[^?]*/([.]|%2[eE]){2}([/;?]|$)");

    Http() {
        super(configuration());
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setIdleTimeout(UNSENT_MILLISECONDS); // of reads and writes within a request
        http.setUriCompliance(UriCompliance.UNSAFE); // such as //
        return http;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new AnyPath(getHttpConfiguration(), connector, endPoint), connector, endPoint);
    }

    /** Closes a connection whose head takes too long, if called now and then; Jetty's own time begins with each byte. */
    static void closeSlowHead(EndPoint endPoint, long now) {
        if (endPoint.getConnection() instanceof AnyPath connection) {
            connection.closeSlowHead(now);
        }
    }

    private static final class AnyPath extends HttpConnection {
        private boolean inHead;
        private long headSeen;
        private long requestsBefore;

        AnyPath(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        private void closeSlowHead(long now) {
            boolean underWay = getParser().inHeaderState() && !getParser().isStart();
            if (!underWay || !inHead || getMessagesIn() != requestsBefore) {
                inHead = underWay;
                headSeen = now;
                requestsBefore = getMessagesIn();
            } else if (now - headSeen >= HEAD_NANOSECONDS) {
                getEndPoint().close();
            }
        }

        /** Jetty has no form for a path that climbs above /: its dots become letters. */
        @Override
        protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
            boolean climbing = CLIMBING.matcher(uri).find();
            return super.newHttpStream(method, climbing ? uri.replaceAll("[.]|%2[eE]", "%252E") : uri, version);
        }
    }
}
