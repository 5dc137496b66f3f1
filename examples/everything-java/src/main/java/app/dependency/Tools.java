package app.dependency;

import app.config.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpClient;
import org.slf4j.MDC;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Shared by all clients: settings, a thread for each call, a connection pool, meters. */
@Component
public class Tools {
    final Settings settings;
    final AsyncTaskExecutor threads;
    final RestClient.Builder http;
    final MeterRegistry meters;

    Tools(Settings settings, SimpleAsyncTaskExecutorBuilder threads, RestClient.Builder http, MeterRegistry meters) {
        this.settings = settings;
        this.threads = threads.threadNamePrefix("dependency-").build();
        // 1.1, because some plain HTTP servers can't handle the upgrade to 2 that Java offers.
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        this.http =
                http.requestFactory(new JdkClientHttpRequestFactory(client)).requestInterceptor(Tools::withRequestId);
        this.meters = meters;
    }

    private static ClientHttpResponse withRequestId(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution) throws IOException {
        String id = MDC.get("request_id");
        if (id != null) {
            request.getHeaders().set("X-Request-Id", id);
        }
        return execution.execute(request, body);
    }
}
