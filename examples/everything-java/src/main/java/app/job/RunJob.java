package app.job;

import app.ExitCode;
import app.dependency.DependencyException;
import app.jobs.Jobs;
import app.tracing.JobSpan;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/** Runs one job (P09), with the configuration and logs of the service, and returns an exit code. */
@Component
public class RunJob {
    private static final Logger LOG = LoggerFactory.getLogger(RunJob.class);

    private final ApplicationContext context;
    private final JobSpan span;

    RunJob(ApplicationContext context, JobSpan span) {
        this.context = context;
        this.span = span;
    }

    public int run(String name, List<String> arguments) {
        return span.run(name, () -> work(name, arguments));
    }

    private int work(String name, List<String> arguments) {
        long began = System.nanoTime();
        try {
            context.getBean(Jobs.BY_COMMAND.get(name)).run(arguments);
        } catch (DependencyException e) {
            LOG.atError()
                    .addKeyValue("job", name)
                    .addKeyValue("error", e.getMessage())
                    .log("job failed");
            return ExitCode.FAILED;
        } catch (Exception e) {
            LOG.atError().addKeyValue("job", name).setCause(e).log("job failed");
            return ExitCode.FAILED;
        }
        double seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
        LOG.atInfo().addKeyValue("job", name).addKeyValue("seconds", seconds).log("job finished");
        return ExitCode.OK;
    }
}
