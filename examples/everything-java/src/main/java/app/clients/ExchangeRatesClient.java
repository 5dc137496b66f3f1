package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** exchange-rates, auxiliary: a fallback replaces it. */
@Component
public class ExchangeRatesClient extends HttpDependency {
    ExchangeRatesClient(Tools tools) {
        super("exchange-rates", false, tools);
    }
}
