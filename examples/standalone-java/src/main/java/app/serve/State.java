package app.serve;

import org.springframework.stereotype.Component;

/** Where the service is in its life; the probes tell it. */
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
