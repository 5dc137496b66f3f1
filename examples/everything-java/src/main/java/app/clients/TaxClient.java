package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** tax, critical: without it a request fails. */
@Component
public class TaxClient extends HttpDependency {
    TaxClient(Tools tools) {
        super("tax", true, tools);
    }
}
