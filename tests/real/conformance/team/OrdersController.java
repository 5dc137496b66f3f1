package app.orders;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Routes of a team, in its own package. */
@RestController
class OrdersController {
    private static final Logger LOG = LoggerFactory.getLogger(OrdersController.class);
    private static final Executor SLOWLY = CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS);

    private final Store store;
    private final Spans spans;

    OrdersController(Store store, Spans spans) {
        this.store = store;
        this.spans = spans;
    }

    @GetMapping("/orders/{id}")
    Map<String, Object> order(@PathVariable("id") String id) {
        LOG.debug("order read");
        return store.order(id);
    }

    @GetMapping("/later")
    CompletableFuture<String> later() {
        return CompletableFuture.supplyAsync(
                () -> {
                    throw new IllegalStateException("late");
                },
                SLOWLY);
    }

    @GetMapping("/deferred")
    DeferredResult<String> deferred() {
        DeferredResult<String> result = new DeferredResult<>();
        SLOWLY.execute(() -> result.setErrorResult(new IllegalStateException("late")));
        return result;
    }

    @GetMapping("/large")
    String large() {
        return "x".repeat(10_000);
    }

    @GetMapping("/where")
    Map<String, String> where() {
        return Map.of("url", ServletUriComponentsBuilder.fromCurrentRequest().toUriString());
    }

    @GetMapping("/spans")
    Object spans() {
        return spans.ended();
    }
}
