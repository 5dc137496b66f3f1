package app.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** An unexpected error outside of Spring: the client gets a 500, and the log gets the stack. */
@Component
@Order(3)
class Errors extends BusinessFilter {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

    private final Problems problems;

    Errors(Problems problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (EofException e) {
            throw e; // the client has left, and Jetty closes the connection
        } catch (IOException | ServletException | RuntimeException e) {
            LOG.error("request failed", e);
            if (response.isCommitted()) {
                throw e; // too late for a status; Jetty cuts the connection
            }
            response.reset();
            problems.write(response, HttpStatus.INTERNAL_SERVER_ERROR, "An unexpected error occurred.");
        }
    }
}
