package app.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Logs: one JSON object per line on stdout, also from libraries (P05).
 *
 * <p>{@code LOG.atInfo().addKeyValue("order", 7).log("order booked")} writes a line with the field {@code order}.
 */
public final class Logs {
    private Logs() {}

    /** Called before the first line and without Spring, so that a wrong configuration is also logged as JSON. */
    public static void configure() {
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();

        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setEncoder(encoder);
        console.start();

        // Libraries log only problems, because the service logs each request.
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(Level.WARN);
        level("info");

        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) ->
                context.getLogger(Logs.class).atError().setCause(error).log("uncaught error"));
    }

    /** The lowest level of the service's lines. */
    public static void level(String level) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("app").setLevel(Level.toLevel(level));
    }
}
