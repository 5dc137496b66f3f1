package app.dependency;

import java.util.List;
import java.util.Map;

/** The responses of the dependencies by name, and the dependencies whose fallback is used. */
public record Answers(Map<String, Object> values, List<String> degraded) {}
