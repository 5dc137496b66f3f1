package api

import (
	"net/http"

	"github.com/example-org/mail/internal/config"
)

type overview struct {
	Service      string         `json:"service"`
	Version      string         `json:"version"`
	Dependencies map[string]any `json:"dependencies"`
	Degraded     []string       `json:"degraded"`
}

// overview is an example. Write your first route here.
func (a api) overview(w http.ResponseWriter, _ *http.Request) error {
	none := map[string]any{}
	return writeJSON(w, http.StatusOK, overview{config.Service, a.config.Version, none, []string{}})
}
