package app.web;

import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Map;

/** The response of the overview. */
record Overview(
        @NotNull String service,
        @NotNull String version,
        @NotNull Map<String, Object> dependencies,
        @NotNull List<String> degraded) {}
