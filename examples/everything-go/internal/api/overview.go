package api

import (
	"net/http"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
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
		return err
	}
	return writeJSON(w, http.StatusOK, overview{config.Service, a.config.Version, answers.ByName, answers.Degraded})
}
