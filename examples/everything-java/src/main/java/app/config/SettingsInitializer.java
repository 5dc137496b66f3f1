package app.config;

import java.util.Locale;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Validates the settings before any bean is created, and makes them a bean. META-INF/spring.factories names it. */
final class SettingsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if (context.getParent() != null || context.getBeanFactory().containsSingleton("settings")) {
            return;
        }
        Settings settings = Settings.read(context.getEnvironment()::getProperty);
        context.getBeanFactory().registerSingleton("settings", settings);
        LoggingSystem.get(context.getClassLoader())
                .setLogLevel("app", LogLevel.valueOf(settings.logLevel().toUpperCase(Locale.ROOT)));
    }
}
