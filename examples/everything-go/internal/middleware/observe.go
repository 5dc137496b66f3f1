package middleware

import (
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
)

// Observe measures and logs every request.
func Observe(m *metrics.Metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.InFlight.Inc()
		defer m.InFlight.Dec()
		response := &recorder{ResponseWriter: w}
		began := time.Now()
		defer func() {
			took := time.Since(began)
			m.Request(r.Context(), r.Method, route(r), response.Status(), took)
			slog.InfoContext(r.Context(), "request",
				"method", r.Method,
				"path", r.URL.Path,
				"status", response.Status(),
				"duration_ms", math.Round(took.Seconds()*1e6)/1e3)
		}()
		next.ServeHTTP(response, r)
	})
}

// route is the pattern of a request without its method. The mux sets it, on a copy of the request too: see Limit.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "unmatched"
	}
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		path = r.Pattern
	}
	return strings.TrimSuffix(path, "{$}")
}
