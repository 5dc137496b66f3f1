package app.orders;

import java.util.Map;
import org.springframework.stereotype.Component;

/** A component of a team; an entity or a repository is found in the same way. */
@Component
class Store {
    Map<String, Object> order(String id) {
        return Map.of("id", id, "stored", true);
    }
}
