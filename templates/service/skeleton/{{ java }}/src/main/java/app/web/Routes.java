package app.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.server.RequestPath;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
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

    /** The methods of the request's route; none where it takes any. */
    Set<RequestMethod> methodsOf(HttpServletRequest request) {
        RequestPath path = ServletRequestPathUtils.parse(request);
        Set<RequestMethod> methods = EnumSet.noneOf(RequestMethod.class);
        for (RequestMappingInfo route : mapping.getHandlerMethods().keySet()) {
            boolean matches = route.getPathPatternsCondition().getPatterns().stream()
                    .anyMatch(pattern -> pattern.matches(path.pathWithinApplication()));
            if (matches && route.getMethodsCondition().getMethods().isEmpty()) {
                return Set.of();
            }
            if (matches) {
                methods.addAll(route.getMethodsCondition().getMethods());
            }
        }
        if (methods.contains(RequestMethod.GET)) {
            methods.add(RequestMethod.HEAD);
        }
        return methods;
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
