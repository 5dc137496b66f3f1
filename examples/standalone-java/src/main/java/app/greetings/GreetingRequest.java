package app.greetings;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Objects;

/** The body of the example route. Spring rejects one that breaks these rules, before the route runs. */
record GreetingRequest(@NotNull @Size(min = 1, max = 100) String name, String language) {
    GreetingRequest {
        language = Objects.requireNonNullElse(language, "en");
    }
}
