package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/**
 * weather, auxiliary: a fallback replaces it.
 *
 * <p>Write a method for each of your calls, with {@code bounded} for the timeout, the metrics and the errors:
 *
 * <pre>{@code
 * public Booking book(Order order) {
 *     return bounded(() -> http.post().uri("/bookings").body(order).retrieve().body(Booking.class));
 * }
 * }</pre>
 */
@Component
public class WeatherClient extends HttpDependency {
    WeatherClient(Tools tools) {
        super("weather", false, tools);
    }
}
