package app.serve;

import app.config.Settings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Startup work before the service is ready. Write yours here, such as filling a cache (P08). */
@Component
@ConditionalOnWebApplication
class StartupWork implements ApplicationRunner {
    private final Settings settings;
    private final CountDownLatch stop = new CountDownLatch(1);

    StartupWork(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void run(ApplicationArguments arguments) throws InterruptedException {
        // Delays the start, to test a slow one; a stop ends it.
        boolean ignored = stop.await(settings.startupDelay().toNanos(), TimeUnit.NANOSECONDS);
    }

    @EventListener(ContextClosedEvent.class)
    void close() {
        stop.countDown();
    }
}
