package app;

import app.config.ConfigurationException;
import app.config.Settings;
import app.job.RunJob;
import app.jobs.Jobs;
import app.logs.Logs;
import app.serve.Serve;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: {@code java -jar app.jar serve}, or a job by its name. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        Logs.configure();
        // Seconds. Servers keep idle connections for at least 5 s, so a reused one is still open.
        System.setProperty("jdk.httpclient.keepalive.timeout", "4");
        String command = arguments.isEmpty() ? "serve" : arguments.get(0);
        List<String> known = new ArrayList<>(List.of("serve"));
        known.addAll(Jobs.BY_COMMAND.keySet());
        if (command.equals("help")) {
            LOG.atInfo().addKeyValue("known", known).log("commands");
            return ExitCode.OK;
        }
        if (!known.contains(command)) {
            LOG.atError()
                    .addKeyValue("command", command)
                    .addKeyValue("known", known)
                    .log("unknown sub-command");
            return ExitCode.USAGE;
        }
        Settings settings;
        try {
            settings = Settings.read(System.getenv());
        } catch (ConfigurationException e) {
            LOG.atError().addKeyValue("errors", e.errors()).log("configuration refused");
            return ExitCode.CONFIGURATION;
        }
        Logs.level(settings.logLevel());
        if (command.equals("serve")) {
            return new Serve(settings).run();
        }
        return new RunJob(settings).run(command, arguments.subList(1, arguments.size()));
    }
}
