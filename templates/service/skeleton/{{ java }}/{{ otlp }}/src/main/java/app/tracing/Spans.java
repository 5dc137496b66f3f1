package app.tracing;

import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelSpan;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.observation.ClientRequestObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.util.StringUtils;

/**
 * The spans of requests and of HTTP calls have OpenTelemetry's names and attributes. Those of Micrometer have the whole
 * URL and the text of errors, which can hold secrets. Spring's other observations keep their spans.
 */
@Configuration(proxyBeanMethods = false)
class Spans {
    /** The fields of log lines. */
    @Bean
    Slf4JEventListener spanFields() {
        return new Slf4JEventListener("trace_id", "span_id");
    }

    @Bean
    @Order(MicrometerTracingAutoConfiguration.RECEIVER_TRACING_OBSERVATION_HANDLER_ORDER)
    PropagatingReceiverTracingObservationHandler<?> requestSpans(Tracer tracer, Propagator propagator) {
        return new RequestSpans(tracer, propagator);
    }

    @Bean
    @Order(MicrometerTracingAutoConfiguration.SENDER_TRACING_OBSERVATION_HANDLER_ORDER)
    PropagatingSenderTracingObservationHandler<?> callSpans(Tracer tracer, Propagator propagator) {
        return new CallSpans(tracer, propagator);
    }

    static void fail(Span span) {
        OtelSpan.toOtel(span).setStatus(StatusCode.ERROR);
    }

    private static final class RequestSpans extends PropagatingReceiverTracingObservationHandler<ReceiverContext<?>> {
        RequestSpans(Tracer tracer, Propagator propagator) {
            super(tracer, propagator);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof ServerRequestObservationContext;
        }

        @Override
        public void tagSpan(ReceiverContext<?> context, Span span) {
            // In endSpan
        }

        @Override
        public void endSpan(ReceiverContext<?> context, Span span) {
            ServerRequestObservationContext request = (ServerRequestObservationContext) context;
            String method = method(request.getCarrier().getMethod());
            String route = request.getPathPattern();
            int status = request.getResponse().getStatus();
            span.name(method).tag("http.request.method", method).tag("http.response.status_code", status);
            if (StringUtils.hasText(route)) {
                span.name(method + " " + route).tag("http.route", route);
            }
            if (status >= 500) {
                fail(span);
            }
            span.end();
        }

        /** Callers can't invent names of spans. */
        private static String method(String given) {
            return List.of(HttpMethod.values()).contains(HttpMethod.valueOf(given)) ? given : "_OTHER";
        }

        @Override
        public void onError(ReceiverContext<?> context) {
            fail(getRequiredSpan(context));
        }
    }

    private static final class CallSpans extends PropagatingSenderTracingObservationHandler<SenderContext<?>> {
        CallSpans(Tracer tracer, Propagator propagator) {
            super(tracer, propagator);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof ClientRequestObservationContext;
        }

        @Override
        public void tagSpan(SenderContext<?> context, Span span) {
            // In endSpan
        }

        @Override
        public void endSpan(SenderContext<?> context, Span span) {
            ClientRequestObservationContext call = (ClientRequestObservationContext) context;
            String method = call.getCarrier().getMethod().name();
            URI uri = call.getCarrier().getURI();
            int usual = "https".equals(uri.getScheme()) ? 443 : 80;
            span.name(method).tag("http.request.method", method);
            span.tag("server.address", uri.getHost()).tag("server.port", uri.getPort() < 0 ? usual : uri.getPort());
            int status = status(call);
            if (status > 0) {
                span.tag("http.response.status_code", status);
            }
            if (status >= 400) {
                fail(span);
            }
            span.end();
        }

        private static int status(ClientRequestObservationContext call) {
            try {
                return call.getResponse() == null
                        ? 0
                        : call.getResponse().getStatusCode().value();
            } catch (IOException e) {
                return 0;
            }
        }

        @Override
        public void onError(SenderContext<?> context) {
            fail(getRequiredSpan(context));
        }
    }
}
