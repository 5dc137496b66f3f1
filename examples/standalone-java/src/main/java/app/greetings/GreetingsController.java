package app.greetings;

import jakarta.validation.Valid;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** An example of a route: a typed body with rules, a typed response, and its error. Change it into your first route. */
@RestController
class GreetingsController {
    private static final Map<String, String> GREETINGS =
            Map.of("en", "Hello, %s!", "es", "¡Hola, %s!", "fr", "Bonjour, %s !");

    @PostMapping("/greetings")
    Greeting greet(@Valid @RequestBody GreetingRequest request) {
        String greeting = GREETINGS.get(request.language());
        if (greeting == null) {
            throw new ResponseStatusException(HttpStatus.UNPROCESSABLE_CONTENT, "no greeting in this language");
        }
        return new Greeting(greeting.formatted(request.name()));
    }
}
