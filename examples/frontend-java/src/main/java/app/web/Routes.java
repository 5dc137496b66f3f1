package app.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.server.RequestPath;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;

/** The patterns of all routes, for metrics and errors before Spring has found the route. */
@Component
class Routes {
    static final String UNMATCHED = "unmatched";

    private final RequestMappingHandlerMapping mapping;
    private List<PathPattern> patterns;

    Routes(@Lazy @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping mapping) {
        this.mapping = mapping;
    }

    String of(HttpServletRequest request) {
        RequestPath path = ServletRequestPathUtils.parse(request);
        return patterns().stream()
                .filter(pattern -> pattern.matches(path.pathWithinApplication()))
                .map(PathPattern::getPatternString)
                .findFirst()
                .orElse(UNMATCHED);
    }

    private synchronized List<PathPattern> patterns() {
        if (patterns == null) {
            patterns = mapping.getHandlerMethods().keySet().stream()
                    .flatMap(route -> route.getPathPatternsCondition().getPatterns().stream())
                    .sorted()
                    .toList();
        }
        return patterns;
    }
}
