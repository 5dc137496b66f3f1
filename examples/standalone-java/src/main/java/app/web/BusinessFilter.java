package app.web;

import app.config.Settings;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.filter.OncePerRequestFilter;

/** A filter of the requests on all ports except the admin port. {@code Order} sets the order of filters. */
abstract class BusinessFilter extends OncePerRequestFilter {
    @Autowired
    private Settings settings;

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getLocalPort() == settings.adminPort();
    }
}
