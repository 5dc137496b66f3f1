package app.web;

import app.config.Settings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads the whole body before the route runs, and rejects a request that is too large or too slow. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10) // after the observation
class Limits extends OncePerRequestFilter {
    // How long a rejected body is still read.
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Settings settings;
    private final Problems problems;

    Limits(Settings settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() <= 0 && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null) {
            chain.doFilter(request, response);
            return;
        }
        TimedBody body = new TimedBody(request);
        if (request.getContentLengthLong() > settings.maxBodyBytes()) {
            refuseSize(response, body);
            return;
        }
        byte[] bytes;
        try {
            bytes = body.read(settings.maxBodyBytes(), settings.request());
        } catch (TimeoutException e) {
            String detail = "The body did not arrive within %s s."
                    .formatted(settings.request().toMillis() / 1000.0);
            refuse(response, HttpStatus.REQUEST_TIMEOUT, detail);
            return;
        } catch (IOException e) {
            refuse(response, HttpStatus.BAD_REQUEST, "The body ended early, or is broken.");
            return;
        }
        if (bytes.length > settings.maxBodyBytes()) {
            refuseSize(response, body);
        } else {
            chain.doFilter(new ReadRequest(request, bytes), response);
        }
    }

    private void refuseSize(HttpServletResponse response, TimedBody body) throws IOException {
        String detail = "The body is larger than %d bytes.".formatted(settings.maxBodyBytes());
        refuse(response, HttpStatus.CONTENT_TOO_LARGE, detail);
        body.linger(LINGER);
    }

    private void refuse(HttpServletResponse response, HttpStatus status, String detail) throws IOException {
        response.setHeader(HttpHeaders.CONNECTION, "close");
        problems.write(response, status, detail);
    }
}
