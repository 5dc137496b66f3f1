package app.orders;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** A route without a controller. */
@Configuration(proxyBeanMethods = false)
class Router {
    @Bean
    RouterFunction<ServerResponse> routes(Store store) {
        return RouterFunctions.route()
                .GET("/router/{id}", request -> ServerResponse.ok().body(store.order(request.pathVariable("id"))))
                .build();
    }
}
