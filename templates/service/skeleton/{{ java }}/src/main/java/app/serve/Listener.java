package app.serve;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;

/** A port that bounds the time of slow clients, and loses no connection when it closes (P08). */
final class Listener extends ServerConnector {
    // Longer than the usual 60 s of proxies, so that they close first. A proxy then never sends a request on a
    // connection that this side is closing.
    private static final int IDLE_MILLISECONDS = 75_000;

    // For a request's header, from its first byte. A client that needs longer is broken, or an attacker (slowloris).
    private static final long HEADER_NANOSECONDS = 10_000_000_000L;

    // For a client that is connected, but whose request has not arrived when the listener closes.
    private static final int LAST_REQUEST_MILLISECONDS = 500;

    // For a client that does not read its response after the listener has closed.
    private static final int STALLED_MILLISECONDS = 5_000;

    private static final int CHECK_EVERY_MILLISECONDS = 500;

    // Connections that wait in the kernel; with the default of 50, further ones wait for a second.
    private static final int BACKLOG = 1_024;

    private final AtomicLong accepted = new AtomicLong();
    private final Map<EndPoint, Progress> progress = new ConcurrentHashMap<>();

    /** Listens on another port in place of a connector, with its protocols, such as TLS. */
    Listener(ServerConnector other, String name, int port) {
        // 0 acceptors: the selector accepts, and no thread waits in `accept`. `close` can then accept the rest.
        super(
                other.getServer(),
                null,
                null,
                null,
                0,
                1,
                other.getConnectionFactories().toArray(ConnectionFactory[]::new));
        setName(name); // in Jetty's metrics
        setHost(other.getHost());
        setPort(port);
        setIdleTimeout(IDLE_MILLISECONDS);
        setShutdownIdleTimeout(STALLED_MILLISECONDS);
        setAcceptQueueSize(BACKLOG);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        checkHeaders();
    }

    /**
     * Closes connections whose header takes too long. Jetty's own time limit starts again with each byte. With TLS, the
     * time of the handshake counts, too.
     */
    private void checkHeaders() {
        long now = System.nanoTime();
        progress.forEach((connection, its) -> {
            if (its.headerSince(connection, now) >= HEADER_NANOSECONDS) {
                connection.close();
            }
        });
        if (!isStopped()) {
            getScheduler().schedule(this::checkHeaders, CHECK_EVERY_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
    }

    /** The number of connections so far. */
    long accepted() {
        return accepted.get();
    }

    /** Marks a connection as busy until the last byte of its response is sent. */
    void serving(Request request) {
        EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
        while (connection instanceof EndPoint.Wrapper tls) {
            connection = tls.unwrap();
        }
        serving(request, connection);
    }

    private void serving(Request request, EndPoint connection) {
        Progress its = progress.computeIfAbsent(connection, any -> new Progress());
        its.busy = true;
        Request.addCompletionListener(request, failure -> {
            its.done(connection);
            if (isShutdown()) {
                connection.setIdleTimeout(LAST_REQUEST_MILLISECONDS);
            }
        });
        if (isShutdown()) {
            connection.setIdleTimeout(STALLED_MILLISECONDS);
        }
    }

    /**
     * Jetty gives all connections the time of a slow reader, and closes those that are idle for longer. Connections
     * without a request have less time.
     */
    @Override
    public CompletableFuture<Void> shutdown() {
        CompletableFuture<Void> ended = super.shutdown();
        progress.forEach((connection, its) -> {
            if (!its.busy) {
                connection.setIdleTimeout(LAST_REQUEST_MILLISECONDS);
                if (its.busy) { // its request has just arrived
                    connection.setIdleTimeout(STALLED_MILLISECONDS);
                }
            }
        });
        return ended;
    }

    /** Accepts the connections in the kernel's queue, which are open for clients. A close would reset them. */
    @Override
    public void close() {
        if (getTransport() instanceof ServerSocketChannel channel && channel.isOpen()) {
            setAccepting(false);
            awaitUnregistered(channel);
            acceptWaiting(channel);
            IO.close(channel);
        }
        super.close();
    }

    /** Waits until Jetty's selector has released the channel, because only then a close has an effect. */
    private static void awaitUnregistered(ServerSocketChannel channel) {
        for (int i = 0; i < 100 && channel.isRegistered(); i++) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void acceptWaiting(ServerSocketChannel channel) {
        try {
            for (SocketChannel next = channel.accept(); next != null; next = channel.accept()) {
                next.configureBlocking(false);
                getSelectorManager().accept(next);
            }
        } catch (IOException e) {
            // It closes in any case.
        }
    }

    @Override
    protected void onEndPointOpened(EndPoint connection) {
        super.onEndPointOpened(connection);
        accepted.incrementAndGet();
        progress.put(connection, new Progress());
        if (isShutdown()) {
            connection.setIdleTimeout(LAST_REQUEST_MILLISECONDS);
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint connection) {
        progress.remove(connection);
        super.onEndPointClosed(connection);
    }

    /** Where a connection is: between two requests, in a header since a moment, or busy with a request. */
    private static final class Progress {
        private volatile boolean busy;
        private volatile long bytesBefore;
        private long since = System.nanoTime();

        private long headerSince(EndPoint connection, long now) {
            if (busy || bytes(connection) <= bytesBefore) {
                since = now;
            }
            return now - since;
        }

        private void done(EndPoint connection) {
            bytesBefore = bytes(connection);
            busy = false;
        }

        private static long bytes(EndPoint connection) {
            return connection.getConnection() == null
                    ? 0
                    : connection.getConnection().getBytesIn();
        }
    }
}
