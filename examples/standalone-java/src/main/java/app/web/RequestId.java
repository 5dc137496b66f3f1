package app.web;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The id that is common to the log lines, the response and the calls of a request. Micrometer's context propagation
 * takes it along into the threads of Spring's executors.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class RequestId extends OncePerRequestFilter {
    static final String FIELD = "request_id";
    private static final String HEADER = "X-Request-Id";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    RequestId() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor(FIELD));
    }

    /** Uses the caller's id if it is safe, or generates one, and returns it in the response. */
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getAttribute(FIELD) == null) {
            request.setAttribute(FIELD, id(request.getHeader(HEADER)));
        }
        String id = (String) request.getAttribute(FIELD);
        if (!response.isCommitted()) {
            response.setHeader(HEADER, id);
        }
        try (var field = MDC.putCloseable(FIELD, id)) {
            chain.doFilter(request, response);
        }
    }

    private static String id(String given) {
        boolean harmless = given != null && ACCEPTED.matcher(given).matches();
        return harmless ? given : UUID.randomUUID().toString().replace("-", "");
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }
}
