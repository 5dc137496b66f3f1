package app.serve;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;

/** One port, on all addresses, that loses no connection at its end (P08). */
final class Listener extends ServerConnector {
    // Longer than the 60 s for which proxies commonly keep a connection: they close first, so none of them sends a
    // request into a connection that we are just closing.
    private static final int IDLE_MILLISECONDS = 75_000;

    // For a client that has connected, but whose request is still under way when the listener closes.
    private static final int LAST_REQUEST_MILLISECONDS = 500;

    // For a client that takes nothing of its answer, once the listener has closed.
    private static final int STALLED_MILLISECONDS = 5_000;

    private static final int LOOK_EVERY_MILLISECONDS = 500;

    // Connections that the kernel keeps until we accept them; Java's own 50 make the next ones wait a second.
    private static final int BACKLOG = 1_024;

    private final AtomicLong accepted = new AtomicLong();
    private final Set<EndPoint> busy = ConcurrentHashMap.newKeySet();

    Listener(Server server, Executor threads, int port) {
        // 0 acceptors: the selector accepts, and no thread waits in `accept`; only so can `close` accept what is left.
        super(server, threads, null, null, 0, 1, new Http());
        setPort(port);
        setIdleTimeout(IDLE_MILLISECONDS);
        setShutdownIdleTimeout(LAST_REQUEST_MILLISECONDS);
        setAcceptQueueSize(BACKLOG);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        look();
    }

    private void look() {
        long now = System.nanoTime();
        getConnectedEndPoints().forEach(connection -> Http.closeSlowHead(connection, now));
        if (!isStopped()) {
            getScheduler().schedule(this::look, LOOK_EVERY_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
    }

    /** How many connections there have been. */
    long accepted() {
        return accepted.get();
    }

    /** Notes that a connection is in a request, until the last byte of its answer is out. */
    void serving(Request request) {
        EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
        busy.add(connection);
        Request.addCompletionListener(request, failure -> {
            busy.remove(connection);
            if (isShutdown()) {
                connection.setIdleTimeout(getShutdownIdleTimeout());
            }
        });
        if (isShutdown()) {
            connection.setIdleTimeout(STALLED_MILLISECONDS);
        }
    }

    /** Jetty gives all connections the short time that is for idle ones, also where a slow reader takes its answer. */
    @Override
    public CompletableFuture<Void> shutdown() {
        CompletableFuture<Void> ended = super.shutdown();
        busy.forEach(connection -> connection.setIdleTimeout(STALLED_MILLISECONDS));
        return ended;
    }

    /** A connection in the kernel's queue is open for its client: closing would reset it, so it is accepted before. */
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

    /** Until Jetty's selector has let go of it: only then does closing it really close it. */
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
            // It closes anyway.
        }
    }

    @Override
    protected void onEndPointOpened(EndPoint connection) {
        super.onEndPointOpened(connection);
        accepted.incrementAndGet();
        if (isShutdown()) {
            connection.setIdleTimeout(getShutdownIdleTimeout());
        }
    }
}
