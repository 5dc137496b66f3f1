// Package api is the business routes.
package api

import (
	"encoding/json"
	"io"
	"net/http"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
	"gitlab.example.com/example-group/backend/everything-go/internal/middleware"
	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

type api struct {
	config config.Config
	set    dependencies.Set
}

// New returns the handler of the business ports.
func New(config config.Config, set dependencies.Set, m *metrics.Metrics) http.Handler {
	a := api{config, set}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", withoutBody(a.overview))

	var handler http.Handler = routed{mux}
	handler = middleware.Limit(config.MaxBodyBytes, config.Request, handler)
	handler = middleware.Recover(handler)
	handler = middleware.Observe(m, handler)
	handler = middleware.Trace(handler)
	return middleware.RequestID(handler)
}

// withoutBody is for routes without a body: it reads and drops the body, within the limits.
func withoutBody(next problem.Handler) problem.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		return next(w, r)
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
	return nil
}
