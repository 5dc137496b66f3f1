package app;

import app.config.Settings;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring, with the settings as a bean. */
public final class Spring {
    private Spring() {}

    public static ConfigurableApplicationContext start(
            WebApplicationType type, Settings settings, Class<?>... sources) {
        return new SpringApplicationBuilder(sources)
                .web(type)
                .initializers(context -> context.getBeanFactory().registerSingleton("settings", settings))
                .run();
    }
}
