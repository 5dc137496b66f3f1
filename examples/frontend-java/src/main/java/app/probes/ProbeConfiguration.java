package app.probes;

import app.serve.State;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The state that probes read; application.properties sets their paths and status codes (P04, P08).
 */
@Configuration(proxyBeanMethods = false)
class ProbeConfiguration {
    private static final Health OK = Health.status("ok").build();
    private static final Health STARTING = Health.status("starting").build();
    private static final Health DRAINING = Health.status("draining").build();

    @Bean
    HealthIndicator aliveHealthIndicator() {
        return () -> OK;
    }

    @Bean
    HealthIndicator startedHealthIndicator(State state) {
        return () -> state.started() ? OK : STARTING;
    }

    @Bean
    HealthIndicator readyHealthIndicator(State state) {
        return () -> state.draining() ? DRAINING : state.started() ? OK : STARTING;
    }
}
