package app.serve;

import app.config.Settings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** What is done before the first request: the place for migrations, warm caches, and the like (P08). */
@Component
class StartupWork {
    private final Settings settings;

    StartupWork(Settings settings) {
        this.settings = settings;
    }

    void run(CountDownLatch stop) throws InterruptedException {
        // Rehearses a slow start; a stop ends it.
        boolean ignored = stop.await(settings.startupDelay().toNanos(), TimeUnit.NANOSECONDS);
    }
}
