package app.serve;

import app.ExitCode;
import app.Signals;
import app.Spring;
import app.config.Settings;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ApplicationContext;

/** The life of the service: open the ports in order, serve, drain, stop (P08). */
@SpringBootApplication(scanBasePackages = {"app.clients", "app.dependency", "app.probes", "app.serve", "app.web"})
public class Serve {
    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);

    private final Settings settings;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final LastResort lastResort;

    public Serve(Settings settings) {
        this.settings = settings;
        this.lastResort = new LastResort(settings.shutdown());
    }

    /** Runs until a signal; returns the exit code. */
    public int run() {
        Signals.onStop(this::stop);
        return run(Serve.class);
    }

    /** Makes {@code run} drain and return. Has an effect once. */
    public void stop() {
        lastResort.start();
        stop.countDown();
    }

    /** Runs until {@code stop}; returns the exit code. */
    public int run(Class<?>... sources) {
        try (lastResort;
                var context = Spring.start(WebApplicationType.SERVLET, settings, sources)) {
            live(context);
            LOG.info("stopped");
            return ExitCode.OK;
        } catch (PortException e) {
            LOG.atError().addKeyValue("error", e.getMessage()).log("port unavailable");
        } catch (Exception e) {
            LOG.error("serving failed", e);
        }
        return ExitCode.FAILED;
    }

    private void live(ApplicationContext context) throws PortException, InterruptedException {
        State state = context.getBean(State.class);
        Ports ports = context.getBean(Ports.class);
        ports.openAdmin();
        context.getBean(StartupWork.class).run(stop);
        if (stop.getCount() > 0) {
            ports.openBusiness();
            state.start();
            LOG.atInfo().addKeyValue("ports", ports.all()).log("started");
            stop.await();
        }
        state.drain();
        LOG.info("draining");
        context.getBean(Drain.class).run();
    }
}
