package app.tracing;

import app.ExitCode;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.util.function.IntSupplier;
import org.springframework.stereotype.Component;

/** The span of a job. */
@Component
public class JobSpan {
    private final Tracer tracer;

    JobSpan(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Runs the job, and returns its exit code. */
    public int run(String job, IntSupplier work) {
        Span span = tracer.nextSpan().name(job).start();
        try (var scope = tracer.withSpan(span)) {
            int code = work.getAsInt();
            if (code != ExitCode.OK) {
                Spans.fail(span);
            }
            return code;
        } finally {
            span.end();
        }
    }
}
