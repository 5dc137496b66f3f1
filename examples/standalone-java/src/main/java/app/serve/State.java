package app.serve;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The readiness of Spring Boot, as the probes report it. */
@Component
public class State {
    private volatile boolean started;
    private volatile boolean draining;

    @EventListener
    void changed(AvailabilityChangeEvent<ReadinessState> event) {
        if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
            started = true;
        }
        draining = event.getState() != ReadinessState.ACCEPTING_TRAFFIC;
    }

    public boolean started() {
        return started;
    }

    public boolean draining() {
        return draining;
    }
}
