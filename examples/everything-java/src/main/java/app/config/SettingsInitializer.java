package app.config;

import java.util.Locale;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Validates the settings before any bean is created, and makes them a bean. META-INF/spring.factories names it. */
final class SettingsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if (context.getParent() != null || context.getBeanFactory().containsSingleton("settings")) {
            return;
        }
        ConfigurableEnvironment environment = context.getEnvironment();
        Settings settings = Settings.read(environment::getProperty, name -> given(environment, name));
        context.getBeanFactory().registerSingleton("settings", settings);
        LoggingSystem.get(context.getClassLoader())
                .setLogLevel("app", LogLevel.valueOf(settings.logLevel().toUpperCase(Locale.ROOT)));
    }

    /** The value as it is given. Spring would replace a ${placeholder} in it. */
    static String given(ConfigurableEnvironment environment, String name) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            Object value = source.getProperty(name);
            if (value != null) {
                return value.toString();
            }
        }
        return null;
    }
}
