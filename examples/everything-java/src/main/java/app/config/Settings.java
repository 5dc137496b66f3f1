package app.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Configuration from the environment, validated before anything starts (P12). */
public record Settings(
        String logLevel,
        String version,
        Map<String, Integer> ports,
        int adminPort,
        Duration request,
        int maxBodyBytes,
        Duration startupDelay,
        Duration shutdown,
        Duration drain,
        Map<String, Target> targets,
        Secrets secrets) {

    /** Reads the environment; the exception lists every mistake. */
    public static Settings read(Function<String, String> variables, Function<String, String> secrets) {
        Environment env = new Environment(variables, secrets);
        Settings settings = new Settings(
                env.choice("LOG_LEVEL", List.of("debug", "info", "warn", "error")),
                env.text("SERVICE_VERSION"),
                ports(env),
                env.port("ADMIN_PORT"),
                env.timeout("REQUEST_SECONDS"),
                env.whole("MAX_BODY_BYTES", 0, Integer.MAX_VALUE, "a whole number of bytes"),
                env.seconds("STARTUP_DELAY_SECONDS", 0, 3600),
                Duration.ofSeconds(env.whole("SHUTDOWN_SECONDS", 1, 3600, "a whole number of seconds")),
                env.seconds("DRAIN_SECONDS", 0, 60),
                targets(env),
                new Secrets(env));
        if (settings.drain.compareTo(settings.shutdown) >= 0) {
            env.refuse("DRAIN_SECONDS", "below SHUTDOWN_SECONDS");
        }
        env.check();
        return settings;
    }

    /** The ports that serve traffic, by name. */
    private static Map<String, Integer> ports(Environment env) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("http", env.port("PORT_HTTP"));
        ports.put("internal", env.port("PORT_INTERNAL"));
        return ports;
    }

    /** The dependencies, by name. */
    private static Map<String, Target> targets(Environment env) {
        Map<String, Target> targets = new LinkedHashMap<>();
        targets.put("ledger", env.http("LEDGER"));
        targets.put("database", env.tcp("DATABASE"));
        targets.put("cache", env.tcp("CACHE"));
        targets.put("tax", env.http("TAX"));
        targets.put("exchange-rates", env.http("EXCHANGE_RATES"));
        targets.put("match", env.http("MATCH"));
        return targets;
    }
}
