package app.dependency;

import app.config.Settings;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** All dependencies, in the order of the settings. */
@Component
public class Dependencies {
    private final List<Dependency> all;
    private final Settings settings;

    public Dependencies(List<Dependency> all, Settings settings) {
        List<String> order = List.copyOf(settings.targets().keySet());
        this.all = all.stream()
                .sorted(Comparator.comparing(dependency -> order.indexOf(dependency.name())))
                .toList();
        this.settings = settings;
    }

    public List<String> names() {
        return all.stream().map(Dependency::name).toList();
    }

    /** Calls all in parallel. If a critical one fails, it throws a {@link DependencyException}. */
    public Answers ask() {
        Set<String> degraded = ConcurrentHashMap.newKeySet();
        Map<String, CompletableFuture<Object>> calls = new LinkedHashMap<>();
        for (Dependency dependency : all) {
            calls.put(dependency.name(), dependency.critical() ? dependency.ask() : orFallback(dependency, degraded));
        }
        await(calls);
        Map<String, Object> values = new LinkedHashMap<>();
        calls.forEach((name, call) -> values.put(name, call.join()));
        return new Answers(values, names().stream().filter(degraded::contains).toList());
    }

    private static CompletableFuture<Object> orFallback(Dependency dependency, Set<String> degraded) {
        return dependency.ask().exceptionally(error -> {
            degraded.add(dependency.name());
            return dependency.fallback();
        });
    }

    /** Waits until all have responded, one has failed, or the time of the request is over. */
    private void await(Map<String, CompletableFuture<Object>> calls) {
        CompletableFuture<Void> done = CompletableFuture.allOf(calls.values().toArray(CompletableFuture<?>[]::new));
        calls.values()
                .forEach(call -> call.whenComplete((value, error) -> {
                    if (error != null) {
                        done.completeExceptionally(error);
                    }
                }));
        try {
            done.orTimeout(settings.request().toNanos(), TimeUnit.NANOSECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof DependencyException failure) {
                throw failure;
            }
            throw new DependencyException("The dependencies did not respond in time.", true, e);
        }
    }
}
