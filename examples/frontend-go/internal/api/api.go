// Package api is the business routes.
package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/dependencies"
	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/middleware"
)

type api struct {
	config config.Config
	set    dependencies.Set
}

// routes adds each route. huma reads and checks its input, and describes it in the OpenAPI document.
func (a api) routes(typed huma.API) {
	huma.Get(typed, "/", a.overview, named("overview", "Describe the service and its dependencies"))
	addGreetings(typed)
}

// New returns the handler of the business ports.
func New(config config.Config, set dependencies.Set, m *metrics.Metrics) http.Handler {
	a := api{config, set}
	mux := http.NewServeMux()
	a.routes(typed(mux))

	var handler http.Handler = routed{mux}
	handler = middleware.Limit(config.MaxBodyBytes, config.Request, handler)
	handler = middleware.Recover(handler)
	handler = middleware.Observe(m, handler)
	handler = middleware.Trace(handler)
	return middleware.RequestID(handler)
}
