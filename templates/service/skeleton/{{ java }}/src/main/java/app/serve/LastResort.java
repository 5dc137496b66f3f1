package app.serve;

import app.ExitCode;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process if it still runs when its time is over. */
final class LastResort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    private final Duration limit;
    private final Thread thread = new Thread(this::end, "last-resort");

    LastResort(Duration limit) {
        this.limit = limit;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void end() {
        try {
            Thread.sleep(limit.toMillis());
        } catch (InterruptedException e) {
            return;
        }
        LOG.atError().addKeyValue("seconds", limit.toSeconds()).log("shutdown took too long");
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
