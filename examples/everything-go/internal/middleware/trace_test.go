package middleware

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTraceContinuesTheCallers(t *testing.T) {
	kept := tracetest.NewInMemoryExporter()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(http.ResponseWriter, *http.Request) {})

	request := httptest.NewRequest("GET", "/orders/1?token=s3cret", nil)
	request.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	Trace(mux).ServeHTTP(httptest.NewRecorder(), request)

	spans := kept.GetSpans()
	if len(spans) != 1 || spans[0].Name != "GET /orders/{id}" {
		t.Fatalf("%+v", spans)
	}
	if spans[0].Parent.SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("parent %s", spans[0].Parent.SpanID())
	}
	for _, one := range spans[0].Attributes {
		if strings.Contains(one.Value.String(), "s3cret") {
			t.Errorf("%s has the query", one.Key)
		}
	}
}
