package app.tracing;

import app.ExitCode;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.util.function.IntSupplier;
import org.springframework.stereotype.Component;

/** The span of a job, which is also the parent of calls in other threads. */
@Component
public class JobSpan {
    private final ObservationRegistry observations;
    private final Tracer tracer;

    JobSpan(ObservationRegistry observations, Tracer tracer) {
        this.observations = observations;
        this.tracer = tracer;
    }

    /** Runs the job, and returns its exit code. */
    public int run(String job, IntSupplier work) {
        return Observation.createNotStarted("job", observations)
                .contextualName(job)
                .observe(() -> {
                    int code = work.getAsInt();
                    if (code != ExitCode.OK) {
                        Spans.fail(tracer.currentSpan());
                    }
                    return code;
                });
    }
}
