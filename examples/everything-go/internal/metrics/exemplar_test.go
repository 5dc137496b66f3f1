package metrics

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

func TestATraceIsAnExemplarOnceItIsExported(t *testing.T) {
	id := trace.TraceID{0x0a, 0xf7, 15: 0x9c}
	for _, flags := range []trace.TraceFlags{0, trace.FlagsSampled} {
		span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: flags})
		m := New()
		m.Request(trace.ContextWithSpanContext(context.Background(), span), "GET", "/", 200, time.Millisecond)

		request := httptest.NewRequest("GET", "/metrics", nil)
		request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
		response := httptest.NewRecorder()
		m.Handler().ServeHTTP(response, request)

		has := strings.Contains(response.Body.String(), `# {trace_id="`+id.String()+`"} 0.001`)
		if has != span.IsSampled() {
			t.Errorf("with flags %s: %s", flags, response.Body)
		}
	}
}
