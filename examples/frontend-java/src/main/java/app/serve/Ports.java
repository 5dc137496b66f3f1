package app.serve;

import app.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.springframework.stereotype.Component;

/** The admin port, which is open while the process runs, and the ports that serve traffic. */
@Component
class Ports {
    // For probes when requests use all other threads (Java 17 has no virtual threads).
    private static final int ADMIN_THREADS = 4;

    private static final long LOOK_EVERY_MILLISECONDS = 50;

    private final Settings settings;
    private final Server server;
    private final List<Listener> business = new ArrayList<>();

    Ports(Settings settings, JettyFactory jetty) {
        this.settings = settings;
        this.server = jetty.server();
    }

    void openAdmin() throws PortException {
        QueuedThreadPool threads = new QueuedThreadPool(ADMIN_THREADS);
        server.addBean(threads, true);
        open(settings.adminPort(), threads);
    }

    void openBusiness() throws PortException {
        for (int port : settings.ports().values()) {
            business.add(open(port, null));
        }
    }

    private Listener open(int port, Executor threads) throws PortException {
        Listener listener = new Listener(server, threads, port);
        try {
            listener.open();
        } catch (IOException e) {
            throw new PortException(port, e);
        }
        server.addConnector(listener);
        LifeCycle.start(listener);
        return listener;
    }

    int connections() {
        return business.stream()
                .mapToInt(listener -> listener.getConnectedEndPoints().size())
                .sum();
    }

    /** The number of connections so far. */
    long accepted() {
        return business.stream().mapToLong(Listener::accepted).sum();
    }

    /** Accepts no new connections, and returns when all existing ones have ended. */
    void closeBusiness() throws InterruptedException {
        business.forEach(Listener::shutdown);
        do {
            Thread.sleep(LOOK_EVERY_MILLISECONDS); // the connections accepted last are counted by then
        } while (connections() > 0);
        business.forEach(listener -> LifeCycle.stop(listener));
    }

    /** By name, for the log. */
    Map<String, Integer> all() {
        Map<String, Integer> all = new LinkedHashMap<>(settings.ports());
        all.put("admin", settings.adminPort());
        return all;
    }
}
