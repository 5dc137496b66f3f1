package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/**
 * database, critical: a request fails without it.
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
public class DatabaseClient extends TcpDependency {
    DatabaseClient(Tools tools) {
        super("database", true, tools);
    }
}
