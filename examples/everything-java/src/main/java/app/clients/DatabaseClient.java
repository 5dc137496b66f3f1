package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** database, critical: a request fails without it. */
@Component
public class DatabaseClient extends TcpDependency {
    DatabaseClient(Tools tools) {
        super("database", true, tools);
    }
}
