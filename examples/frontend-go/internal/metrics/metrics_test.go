package metrics

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHandler(t *testing.T) {
	m := New()
	m.InFlight.Inc()
	m.Request(context.Background(), "GET", "/", 200, 20*time.Millisecond)
	m.Request(context.Background(), "BREW", "unmatched", 404, time.Millisecond)
	m.Dependency("quiet")
	m.DependencyRequest("slow", "timeout", time.Second)
	m.Fallback("slow")

	response := httptest.NewRecorder()
	m.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))

	for _, line := range []string{
		`http_requests_in_flight 1`,
		`http_requests_total{method="GET",route="/",status="200"} 1`,
		`http_requests_total{method="other",route="unmatched",status="404"} 1`,
		`http_request_duration_seconds_count{method="GET",route="/"} 1`,
		`dependency_requests_total{dependency="quiet",outcome="ok"} 0`,
		`dependency_requests_total{dependency="slow",outcome="timeout"} 1`,
		`dependency_request_duration_seconds_count{dependency="slow"} 1`,
		`dependency_fallbacks_total{dependency="quiet"} 0`,
		`dependency_fallbacks_total{dependency="slow"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(response.Body.String(), "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
}
