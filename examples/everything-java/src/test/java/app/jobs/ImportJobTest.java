package app.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import app.Application;
import app.Environments;
import app.Http;
import app.Stub;
import app.job.RunJob;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;

/** The job as it was generated. When you write the job, replace these tests, too. */
class ImportJobTest {
    @Test
    void itCallsItsDependencies() throws Exception {
        try (Stub stub = new Stub()) {
            assertThat(run(stub.port())).isZero();
        }
    }

    @Test
    void itFailsWithACriticalDependency() throws Exception {
        assertThat(run(Http.freePort())).isOne();
    }

    private static int run(int port) throws Exception {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironment(Environments.spring(Environments.dependenciesAt(port)));
        try (var context = application.run()) {
            return context.getBean(RunJob.class).run("import", List.of("an", "argument"));
        }
    }
}
