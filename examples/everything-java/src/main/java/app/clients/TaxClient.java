package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/**
 * tax, critical: a request fails without it.
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
public class TaxClient extends HttpDependency {
    TaxClient(Tools tools) {
        super("tax", true, tools);
    }
}
