package app.config;

import java.net.URI;
import java.time.Duration;

/** Where a dependency is, and how long it may take. */
public record Target(URI uri, Duration timeout) {}
