// Package admin is the handler of the admin port: probes, metrics and the OpenAPI document. No probe calls a dependency
// (P04, P08).
package admin

import (
	"encoding/json"
	"net/http"

	"github.com/example-org/batch/internal/health"
	"github.com/example-org/batch/internal/metrics"
)

// New returns the handler.
func New(state *health.State, m *metrics.Metrics, openapi []byte) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, true, "ok")
	})
	mux.HandleFunc("GET /startupz", func(w http.ResponseWriter, _ *http.Request) {
		if state.Started() {
			respond(w, true, "ok")
		} else {
			respond(w, false, "starting")
		}
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, state.Ready(), state.String())
	})
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(openapi)
	})
	return mux
}

func respond(w http.ResponseWriter, good bool, status string) {
	w.Header().Set("Content-Type", "application/json")
	if !good {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(map[string]string{"status": status})
}
