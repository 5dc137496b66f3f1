package app.dependency;

import app.config.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.stereotype.Component;

/** Shared by all clients: settings, a thread for each call, a connection pool, meters. */
@Component
public class Tools {
    final Settings settings;
    final AsyncTaskExecutor threads;
    final HttpClient http;
    final MeterRegistry meters;

    Tools(Settings settings, SimpleAsyncTaskExecutorBuilder threads, MeterRegistry meters) {
        this.settings = settings;
        this.threads = threads.threadNamePrefix("dependency-").build();
        // 1.1, because some plain HTTP servers can't handle the upgrade to 2 that Java offers.
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        this.meters = meters;
    }
}
