package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** database, critical: without it a request fails. */
@Component
public class DatabaseClient extends TcpDependency {
    DatabaseClient(Tools tools) {
        super("database", true, tools);
    }
}
