package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** weather, auxiliary: without it a fallback answers. */
@Component
public class WeatherClient extends HttpDependency {
    WeatherClient(Tools tools) {
        super("weather", false, tools);
    }
}
