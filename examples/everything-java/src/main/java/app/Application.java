package app;

import app.job.RunJob;
import app.jobs.Jobs;
import app.serve.Stop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The program: {@code java -jar app.jar serve}, or a job by its name.
 *
 * <p>Spring finds controllers, components and configurations in this package and in every package below it.
 */
@SpringBootApplication
public class Application {
    public static void main(String... arguments) {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, error) -> LoggerFactory.getLogger(Application.class).error("uncaught error", error));
        // Seconds. Servers keep idle connections for at least 5 s, so a reused one is still open.
        System.setProperty("jdk.httpclient.keepalive.timeout", "4");
        String command = arguments.length == 0 ? "serve" : arguments[0];
        boolean serve = command.equals("serve");
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(serve ? WebApplicationType.SERVLET : WebApplicationType.NONE);
        application.setAddCommandLineProperties(false); // the arguments are those of a job
        application.addInitializers(context -> check(command));
        if (serve) {
            Stop.onSignal(application);
        }
        var context = application.run(arguments);
        if (!serve) {
            List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
            System.exit(context.getBean(RunJob.class).run(command, rest));
        }
    }

    private static void check(String command) {
        List<String> known = new ArrayList<>(List.of("serve"));
        known.addAll(Jobs.BY_COMMAND.keySet());
        if (!known.contains(command)) {
            throw new StartException("unknown sub-command", ExitCode.USAGE, "known", known);
        }
    }
}
