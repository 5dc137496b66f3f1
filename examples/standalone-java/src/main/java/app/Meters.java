package app;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.Stream;

/** Durations, in the default buckets of the Prometheus clients. */
public final class Meters {
    private static final Duration[] BUCKETS = Stream.of(
                    5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private Meters() {}

    public static Timer.Builder histogram(String name) {
        return Timer.builder(name).serviceLevelObjectives(BUCKETS);
    }
}
