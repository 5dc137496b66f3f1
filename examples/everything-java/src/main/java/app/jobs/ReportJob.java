package app.jobs;

import app.dependency.Answers;
import app.dependency.Dependencies;
import app.job.Job;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** report: one run is {@code java -jar app.jar report}, with the arguments that follow. */
@Component
public class ReportJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(ReportJob.class);

    private final Dependencies dependencies;

    ReportJob(Dependencies dependencies) {
        this.dependencies = dependencies;
    }

    /** Calls each dependency once. Write your work here. It must be safe to repeat: Kubernetes retries a failed job. */
    @Override
    public void run(List<String> arguments) {
        Answers answers = dependencies.ask();
        LOG.atInfo()
                .addKeyValue("arguments", arguments)
                .addKeyValue("degraded", answers.degraded())
                .log("dependencies called");
    }
}
