package app.web;

import app.config.Settings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** The admin port serves only probes and metrics; the other ports serve only the routes. */
@Component
@Order(5)
class PortRoutes extends OncePerRequestFilter {
    private static final Set<String> ADMIN = Set.of("/livez", "/readyz", "/startupz", "/metrics");

    private final Settings settings;
    private final Routes routes;
    private final Problems problems;

    PortRoutes(Settings settings, Routes routes, Problems problems) {
        this.settings = settings;
        this.routes = routes;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (serves(request)) {
            chain.doFilter(request, response);
        } else {
            problems.write(response, HttpStatus.NOT_FOUND, "Nothing is here.");
        }
    }

    private boolean serves(HttpServletRequest request) {
        return request.getLocalPort() == settings.adminPort()
                ? ADMIN.contains(request.getRequestURI())
                : !routes.of(request).equals(Routes.UNMATCHED);
    }
}
