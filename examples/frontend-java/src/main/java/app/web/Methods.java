package app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.RequestMethod;

/** Rejects methods that the route does not have. A servlet would respond to OPTIONS, and return TRACE's headers. */
@Component
@Order(6)
class Methods extends BusinessFilter {
    private final Routes routes;
    private final Problems problems;

    Methods(Routes routes, Problems problems) {
        this.routes = routes;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        RequestMethod method = RequestMethod.resolve(request.getMethod());
        Set<RequestMethod> allowed = routes.methodsOf(request);
        if (method == null) {
            problems.write(response, HttpStatus.NOT_IMPLEMENTED, "The method is not known.");
        } else if (allowed.isEmpty() || allowed.contains(method)) {
            chain.doFilter(request, response);
        } else {
            response.setHeader(
                    HttpHeaders.ALLOW, allowed.stream().map(Enum::name).collect(Collectors.joining(", ")));
            problems.write(response, HttpStatus.METHOD_NOT_ALLOWED, "This path does not take %s.".formatted(method));
        }
    }
}
