package app.config;

import java.net.URI;
import java.time.Duration;

/** The address and the time limit of a dependency. */
public record Target(URI uri, Duration timeout) {}
