package app.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/** A request body with one time limit for all reads; Jetty's limit is for each read. */
final class TimedBody {
    private static final int CHUNK_BYTES = 8_192;

    private final InputStream body;
    private final EndPoint connection;

    TimedBody(HttpServletRequest request) throws IOException {
        this.body = request.getInputStream();
        this.connection = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
    }

    /** The body, or the part that shows that it is larger than the limit. */
    byte[] read(int most, Duration time) throws IOException, TimeoutException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        copy(bytes, most, time);
        return bytes.toByteArray();
    }

    /** Keeps reading for a moment. Closing with unread bytes would reset the connection and lose the response. */
    void linger(Duration time) throws IOException {
        try {
            copy(OutputStream.nullOutputStream(), Long.MAX_VALUE, time);
        } catch (TimeoutException e) {
            // Then the client sends too much.
        }
    }

    private void copy(OutputStream out, long most, Duration time) throws IOException, TimeoutException {
        long deadline = System.nanoTime() + time.toNanos();
        long idleTimeout = connection.getIdleTimeout();
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            for (long copied = 0; copied <= most; ) {
                connection.setIdleTimeout(millisecondsUntil(deadline));
                int count = body.read(chunk);
                if (count < 0) {
                    return;
                }
                out.write(chunk, 0, count);
                copied += count;
            }
        } catch (IOException e) {
            if (e.getCause() instanceof TimeoutException timeout) {
                throw timeout;
            }
            throw e;
        } finally {
            connection.setIdleTimeout(idleTimeout);
        }
    }

    private static long millisecondsUntil(long deadline) throws TimeoutException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new TimeoutException();
        }
        return Math.max(1, Duration.ofNanos(left).toMillis());
    }
}
