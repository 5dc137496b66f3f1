package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** match, auxiliary: a fallback replaces it. */
@Component
public class MatchClient extends HttpDependency {
    MatchClient(Tools tools) {
        super("match", false, tools);
    }
}
