package app;

import app.config.Settings;
import app.serve.Stop;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.opentest4j.AssertionFailedError;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A service in this process, on free ports. */
public final class TestService implements AutoCloseable {
    /** A thread for each task, because Java's common pool has a single thread on a small machine. */
    public static final Executor THREADS = task -> new Thread(task).start();

    public final Settings settings;
    public final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    public volatile ConfigurableApplicationContext context;

    /** The beans are those of the service and these. */
    public TestService(Map<String, String> environment, Class<?>... beans) throws IOException {
        Map<String, String> all = new HashMap<>(Environments.freePorts());
        all.putAll(environment);
        settings = Environments.settings(all);
        SpringApplication application = new SpringApplication(Application.class);
        application.setEnvironment(Environments.spring(all));
        application.addPrimarySources(List.of(beans));
        application.setRegisterShutdownHook(false);
        application.addInitializers(started -> context = started);
        THREADS.execute(() -> start(application));
    }

    private void start(SpringApplication application) {
        try {
            application.run();
        } catch (RuntimeException e) {
            exitCode.complete(ExitCode.FAILED);
        }
    }

    /** The port of the service. */
    public int port() {
        return settings.ports().values().iterator().next();
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return Http.get(port(), path);
    }

    public HttpResponse<String> probe(String path) throws IOException, InterruptedException {
        return Http.get(settings.adminPort(), path);
    }

    /** Waits until a probe has this status; the admin port can be closed at first. */
    public TestService await(String probe, int status) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < deadline && !exitCode.isDone()) {
            try {
                if (probe(probe).statusCode() == status) {
                    return this;
                }
            } catch (IOException e) {
                // Not open yet
            }
            Thread.sleep(20);
        }
        throw new AssertionFailedError("%s is not %d in time".formatted(probe, status));
    }

    /** Does the same as SIGTERM. */
    public void stop() {
        THREADS.execute(() -> {
            new Stop(context).run();
            exitCode.complete(ExitCode.OK);
        });
    }

    @Override
    public void close() throws Exception {
        if (!exitCode.isDone()) {
            stop();
        }
        exitCode.get(settings.shutdown().toSeconds(), TimeUnit.SECONDS);
    }
}
