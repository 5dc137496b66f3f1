package middleware

import (
	"log/slog"
	"math"
	"net/http"
	"time"

	"gitlab.com/example-org/frontend-go/internal/metrics"
)

// Observe measures and logs every request; route returns the matching pattern.
func Observe(m *metrics.Metrics, route func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.InFlight.Inc()
		defer m.InFlight.Dec()
		response := &recorder{ResponseWriter: w}
		began := time.Now()
		defer func() {
			took := time.Since(began)
			m.Request(r.Method, route(r), response.Status(), took)
			slog.InfoContext(r.Context(), "request",
				"method", r.Method,
				"path", r.URL.Path,
				"status", response.Status(),
				"duration_ms", math.Round(took.Seconds()*1e6)/1e3)
		}()
		next.ServeHTTP(response, r)
	})
}
