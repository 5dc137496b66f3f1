package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** cache, auxiliary: a fallback replaces it. */
@Component
public class CacheClient extends TcpDependency {
    CacheClient(Tools tools) {
        super("cache", false, tools);
    }
}
