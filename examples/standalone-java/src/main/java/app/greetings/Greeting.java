package app.greetings;

import jakarta.validation.constraints.NotNull;

/** The response of the example route. */
record Greeting(@NotNull String greeting) {}
