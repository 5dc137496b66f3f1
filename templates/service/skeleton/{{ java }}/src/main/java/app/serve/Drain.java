package app.serve;

import app.config.Settings;
import org.springframework.stereotype.Component;

/** Keeps serving for a while, so that kept-alive connections close without a lost request (P08). */
@Component
class Drain {
    // The drain ends early after this time without a connection. The readiness probe fails meanwhile.
    private static final long QUIET_NANOSECONDS = 500_000_000;
    private static final long LOOK_EVERY_MILLISECONDS = 20;

    private final Settings settings;
    private final Ports ports;

    Drain(Settings settings, Ports ports) {
        this.settings = settings;
        this.ports = ports;
    }

    void run() throws InterruptedException {
        long began = System.nanoTime();
        long busyAt = began;
        long now = began;
        long known = ports.accepted();
        while (now - began < settings.drain().toNanos() && now - busyAt < QUIET_NANOSECONDS) {
            Thread.sleep(LOOK_EVERY_MILLISECONDS);
            now = System.nanoTime();
            // Short connections between two checks also count.
            long accepted = ports.accepted();
            if (accepted > known || ports.connections() > 0) {
                busyAt = now;
                known = accepted;
            }
        }
        ports.closeBusiness();
    }
}
