package app.clients;

import app.dependency.TcpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** cache, auxiliary: without it a fallback answers. */
@Component
public class CacheClient extends TcpDependency {
    CacheClient(Tools tools) {
        super("cache", false, tools);
    }
}
