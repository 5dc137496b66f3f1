package tracing

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Transport makes a span of every call, and sends its id in the header traceparent.
func Transport(next http.RoundTripper) http.RoundTripper {
	byMethod := func(_ string, r *http.Request) string { return r.Method }
	return otelhttp.NewTransport(withoutQuery{next}, otelhttp.WithSpanNameFormatter(byMethod))
}

// withoutQuery removes the query from the URL in the span, because it can hold a secret.
type withoutQuery struct {
	http.RoundTripper
}

func (t withoutQuery) RoundTrip(r *http.Request) (*http.Response, error) {
	shown := *r.URL
	shown.User, shown.RawQuery, shown.Fragment = nil, "", ""
	trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("url.full", shown.String()))
	return t.RoundTripper.RoundTrip(r)
}
