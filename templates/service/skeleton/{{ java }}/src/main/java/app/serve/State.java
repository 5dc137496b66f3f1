package app.serve;

import org.springframework.stereotype.Component;

/** The state of the service, which the probes report. */
@Component
public class State {
    private volatile boolean started;
    private volatile boolean draining;

    public boolean started() {
        return started;
    }

    public boolean draining() {
        return draining;
    }

    void start() {
        started = true;
    }

    void drain() {
        draining = true;
    }
}
