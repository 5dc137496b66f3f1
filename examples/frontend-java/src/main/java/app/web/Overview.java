package app.web;

import java.util.List;
import java.util.Map;

/** The response of the example route. */
record Overview(String service, String version, Map<String, Object> dependencies, List<String> degraded) {}
