package api

import (
	"errors"
	"net/http"

	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/dependencies"
	"gitlab.com/example-org/frontend-go/internal/problem"
	"gitlab.com/example-org/frontend-go/internal/upstream"
)

type overview struct {
	Service      string         `json:"service"`
	Version      string         `json:"version"`
	Dependencies map[string]any `json:"dependencies"`
	Degraded     []string       `json:"degraded"`
}

// overview calls every dependency. Write your first route here.
func (a api) overview(w http.ResponseWriter, r *http.Request) error {
	answers, err := dependencies.Gather(r.Context(), a.set)
	if err != nil {
		return unavailable(err)
	}
	return writeJSON(w, http.StatusOK, overview{config.Service, a.config.Version, answers.ByName, answers.Degraded})
}

// unavailable turns the failure of a dependency into an error for clients.
func unavailable(err error) error {
	var failure *upstream.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if failure.Timeout {
		return problem.New(http.StatusGatewayTimeout, "The dependency %s did not answer in time.", failure.Dependency)
	}
	return problem.New(http.StatusBadGateway, "The dependency %s gave no good answer.", failure.Dependency)
}
