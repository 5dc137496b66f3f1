package app.dependency;

import java.util.List;
import java.util.Map;

/** What the dependencies said, by name, and those whose fallback stands in. */
public record Answers(Map<String, Object> values, List<String> degraded) {}
