package app.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import app.Application;
import app.Environments;
import app.Http;
import app.Stub;
import app.job.RunJob;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;

class JobsTest {
    @ParameterizedTest
    @MethodSource("commands")
    void aJobAsksItsDependencies(String command) throws Exception {
        try (Stub stub = new Stub()) {
            assertThat(run(command, stub.port())).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aJobFailsWithACriticalDependency(String command) throws Exception {
        assertThat(run(command, Http.freePort())).isOne();
    }

    private static int run(String command, int port) throws Exception {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironment(Environments.spring(Environments.dependenciesAt(port)));
        try (var context = application.run()) {
            return context.getBean(RunJob.class).run(command, List.of("an", "argument"));
        }
    }

    private static Set<String> commands() {
        return Jobs.BY_COMMAND.keySet();
    }
}
