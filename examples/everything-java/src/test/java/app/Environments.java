package app;

import app.config.Settings;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/** Environments for tests. */
public final class Environments {
    /** Your own required settings, each with a value for the tests. */
    private static final Map<String, String> REQUIRED = Map.of();

    private Environments() {}

    /** These variables, and the required ones. */
    public static Map<String, String> with(Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(REQUIRED);
        all.put("DATABASE_PASSWORD", "test");
        all.put("SIGNING_KEY_FILE", "pom.xml");
        all.putAll(variables);
        return all;
    }

    /** The settings of these variables, otherwise the defaults. */
    public static Settings settings(Map<String, String> variables) throws IOException {
        Properties all = PropertiesLoaderUtils.loadProperties(new ClassPathResource("defaults.properties"));
        all.putAll(with(variables));
        return Settings.read(all::getProperty, all::getProperty);
    }

    /** Spring's environment with these variables. */
    public static ConfigurableEnvironment spring(Map<String, String> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.copyOf(with(variables))));
        return environment;
    }

    /** The variables that set every port to a free one. */
    public static Map<String, String> freePorts() throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (String name : settings(Map.of()).ports().keySet()) {
            variables.put("PORT_" + variable(name), String.valueOf(Http.freePort()));
        }
        variables.put("ADMIN_PORT", String.valueOf(Http.freePort()));
        return variables;
    }

    /** The variables that set every dependency to one port of this machine. */
    public static Map<String, String> dependenciesAt(int port) throws IOException {
        Map<String, String> variables = new HashMap<>();
        settings(Map.of()).targets().forEach((name, target) -> {
            String address = "127.0.0.1:" + port;
            boolean tcp = target.uri().getScheme().equals("tcp");
            variables.put(variable(name) + "_URL", tcp ? address : "http://" + address);
        });
        return variables;
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
