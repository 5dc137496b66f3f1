package middleware

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Trace makes a span of every request. It continues the trace of the header traceparent.
func Trace(next http.Handler) http.Handler {
	routed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if r.Pattern != "" {
				trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("http.route", route(r)))
			}
		}()
		next.ServeHTTP(w, r)
	})
	return otelhttp.NewHandler(routed, "", otelhttp.WithSpanNameFormatter(spanName))
}

func spanName(_ string, r *http.Request) string {
	if r.Pattern != "" {
		return r.Method + " " + route(r)
	}
	return "HTTP"
}
