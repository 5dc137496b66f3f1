package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/**
 * cache, auxiliary: a fallback replaces it.
 *
 * <p>Write a method for each of your calls, with {@code bounded} for the timeout, the metrics and the errors:
 *
 * <pre>{@code
 * public List<Row> rows() {
 *     return bounded(() -> driver.query("…"));
 * }
 * }</pre>
 */
@Component
public class CacheClient extends TcpDependency {
    CacheClient(Tools tools) {
        super("cache", false, tools);
    }
}
