package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/**
 * match, auxiliary: a fallback replaces it.
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
public class MatchClient extends HttpDependency {
    MatchClient(Tools tools) {
        super("match", false, tools);
    }
}
