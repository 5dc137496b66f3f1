package app.web;

import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** The description of the routes, which {@code make openapi} writes into openapi.json; the admin port serves it. */
@Component
@WebEndpoint(id = "openapi")
class OpenApi {
    @ReadOperation(produces = MediaType.APPLICATION_JSON_VALUE)
    public Resource document() {
        return new ClassPathResource("openapi.json");
    }
}
