package app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** The id that is common to the log lines, the response and the calls of a request. */
@Component
@Order(1)
class RequestId extends BusinessFilter {
    private static final String HEADER = "X-Request-Id";
    private static final String FIELD = "request_id";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    static String current() {
        return MDC.get(FIELD);
    }

    /** Uses the caller's id if it is safe, or generates one, and returns it in the response. */
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String given = request.getHeader(HEADER);
        boolean harmless = given != null && ACCEPTED.matcher(given).matches();
        String id = harmless ? given : UUID.randomUUID().toString().replace("-", "");
        response.setHeader(HEADER, id);
        try (var field = MDC.putCloseable(FIELD, id)) {
            chain.doFilter(request, response);
        }
    }
}
