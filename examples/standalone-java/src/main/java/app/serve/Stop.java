package app.serve;

import app.ExitCode;
import app.config.Settings;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The stop after SIGTERM or SIGINT (P08). The service keeps serving for a while, so that kept-alive connections close
 * without a lost request. Then Spring closes everything, within SHUTDOWN_SECONDS.
 */
public final class Stop {
    private static final Logger LOG = LoggerFactory.getLogger(Stop.class);

    // The drain ends early after this time without a connection. The readiness probe fails meanwhile.
    private static final long QUIET_NANOSECONDS = 500_000_000;
    private static final long LOOK_EVERY_MILLISECONDS = 20;

    private final ConfigurableApplicationContext context;
    private final Settings settings;
    private final Ports ports;

    public Stop(ConfigurableApplicationContext context) {
        this.context = context;
        this.settings = context.getBean(Settings.class);
        this.ports = context.getBean(Ports.class);
    }

    /** Replaces the shutdown hook of Spring, which closes at once and lets the JVM exit with 143. */
    public static void onSignal(SpringApplication application) {
        AtomicReference<ConfigurableApplicationContext> started = new AtomicReference<>();
        application.setRegisterShutdownHook(false);
        application.addInitializers(started::set);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ConfigurableApplicationContext context = started.get();
            if (context != null && context.isActive()) { // or the start failed
                new Stop(context).run();
                Runtime.getRuntime().halt(ExitCode.OK);
            }
        }));
    }

    public void run() {
        Thread lastResort = new Thread(this::end, "last-resort");
        lastResort.setDaemon(true);
        lastResort.start();
        try {
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
            LOG.info("draining");
            drain();
            ports.close();
            while (ports.connections() > 0) {
                Thread.sleep(LOOK_EVERY_MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        context.close();
        lastResort.interrupt();
        LOG.info("stopped");
    }

    private void drain() throws InterruptedException {
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
    }

    /** Ends the process if it still runs when its time is over. */
    private void end() {
        try {
            Thread.sleep(settings.shutdown().toMillis());
        } catch (InterruptedException e) {
            return;
        }
        LOG.atError().addKeyValue("seconds", settings.shutdown().toSeconds()).log("shutdown took too long");
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }
}
