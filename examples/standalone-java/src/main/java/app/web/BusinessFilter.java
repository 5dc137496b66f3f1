package app.web;

import app.config.Settings;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.filter.OncePerRequestFilter;

/** A filter around the requests of all ports but the admin port. Its {@code Order} tells which is the outer one. */
abstract class BusinessFilter extends OncePerRequestFilter {
    @Autowired
    private Settings settings;

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getLocalPort() == settings.adminPort();
    }
}
