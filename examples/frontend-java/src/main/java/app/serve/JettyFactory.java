package app.serve;

import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Jetty with servlets only. Spring Boot's factory creates temporary folders, which fails on a read-only file system
 * (P06). It starts without a port; {@link Ports} opens the ports one by one.
 */
@Component
class JettyFactory implements ServletWebServerFactory {
    private final Server server;
    private final State state;

    JettyFactory(Environment environment, State state) {
        QueuedThreadPool threads = new QueuedThreadPool();
        if (Threading.VIRTUAL.isActive(environment)) {
            threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
        this.server = new Server(threads);
        this.server.setErrorHandler(new BareErrors());
        this.state = state;
    }

    Server server() {
        return server;
    }

    @Override
    public WebServer getWebServer(ServletContextInitializer... initializers) {
        ServletContextHandler context = new ServletContextHandler();
        context.addServletContainerInitializer((classes, servlets) -> {
            for (ServletContextInitializer initializer : initializers) {
                initializer.onStartup(servlets);
            }
        });
        context.getServletHandler().setDecodeAmbiguousURIs(true); // see Http
        server.setHandler(new CloseWhileDraining(context, state));
        try {
            server.start(); // with the servlets, which Spring expects at this point
        } catch (Exception e) {
            throw new WebServerException("Jetty does not start", e);
        }
        return new Started();
    }

    private final class Started implements WebServer {
        @Override
        public void start() {}

        @Override
        public void stop() {
            try {
                server.stop();
            } catch (Exception e) {
                throw new WebServerException("Jetty does not stop", e);
            }
        }

        @Override
        public int getPort() {
            return 0;
        }
    }
}
