package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** ledger, critical: a request fails without it. */
@Component
public class LedgerClient extends HttpDependency {
    LedgerClient(Tools tools) {
        super("ledger", true, tools);
    }
}
