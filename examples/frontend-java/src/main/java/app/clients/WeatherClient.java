package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** weather, auxiliary: a fallback replaces it. */
@Component
public class WeatherClient extends HttpDependency {
    WeatherClient(Tools tools) {
        super("weather", false, tools);
    }
}
