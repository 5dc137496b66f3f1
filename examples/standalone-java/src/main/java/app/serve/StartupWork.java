package app.serve;

import app.config.Settings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Startup work before the first request. Write yours here, such as filling a cache (P08). */
@Component
class StartupWork {
    private final Settings settings;

    StartupWork(Settings settings) {
        this.settings = settings;
    }

    void run(CountDownLatch stop) throws InterruptedException {
        // Delays the start, to test a slow one; a stop ends it.
        boolean ignored = stop.await(settings.startupDelay().toNanos(), TimeUnit.NANOSECONDS);
    }
}
