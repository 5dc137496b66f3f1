package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** tax, critical: a request fails without it. */
@Component
public class TaxClient extends HttpDependency {
    TaxClient(Tools tools) {
        super("tax", true, tools);
    }
}
