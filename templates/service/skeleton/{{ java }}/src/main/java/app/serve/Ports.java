package app.serve;

import app.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The ports that serve traffic. Spring Boot's Jetty opens them; the properties {@code server.*} set it up. */
@Component
@ConditionalOnWebApplication
class Ports implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {
    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

    // A client that reads nothing of its response for this time is disconnected.
    private static final int UNREAD_MILLISECONDS = 30_000;

    private final Settings settings;
    private final State state;
    private final List<Listener> listeners = new ArrayList<>();

    Ports(Settings settings, State state) {
        this.settings = settings;
        this.state = state;
    }

    @Override
    public void customize(JettyServletWebServerFactory factory) {
        factory.addServerCustomizers(this::listen);
    }

    /** Replaces the connector of {@code server.port}, and adds one for each further port. */
    private void listen(Server server) {
        ServerConnector first = (ServerConnector) server.getConnectors()[0];
        first.getConnectionFactories().stream()
                .filter(HttpConfiguration.ConnectionFactory.class::isInstance)
                .map(factory -> ((HttpConfiguration.ConnectionFactory) factory).getHttpConfiguration())
                .forEach(this::configure);
        settings.ports().forEach((name, port) -> {
            // The first port is that of server.port, which tests can set to another one.
            listeners.add(new Listener(first, name, listeners.isEmpty() ? first.getPort() : port));
        });
        server.setConnectors(listeners.toArray(Connector[]::new));
        server.setErrorHandler((request, response, callback) -> {
            // The response to bytes that are not HTTP: a status, without a page of Jetty.
            if (response.getStatus() == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505) {
                response.setStatus(HttpStatus.BAD_REQUEST_400);
            }
            response.write(true, BufferUtil.EMPTY_BUFFER, callback);
            return true;
        });
    }

    private void configure(HttpConfiguration http) {
        http.setIdleTimeout(UNREAD_MILLISECONDS); // of reads and writes during a request
        http.addCustomizer((request, headers) -> {
            ((Listener) request.getConnectionMetaData().getConnector()).serving(request);
            if (state.draining()) {
                headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE); // P08
            }
            return request;
        });
    }

    @EventListener(ApplicationReadyEvent.class)
    void ready() {
        if (state.draining()) {
            return; // a stop ended the startup work
        }
        Map<String, Integer> all = new LinkedHashMap<>(settings.ports());
        all.put("admin", settings.adminPort());
        LOG.atInfo().addKeyValue("ports", all).log("started");
    }

    int connections() {
        return listeners.stream()
                .mapToInt(listener -> listener.getConnectedEndPoints().size())
                .sum();
    }

    /** The number of connections so far. */
    long accepted() {
        return listeners.stream().mapToLong(Listener::accepted).sum();
    }

    /** Accepts no new connections; the existing ones end after their requests. */
    void close() {
        listeners.forEach(Listener::shutdown);
    }
}
