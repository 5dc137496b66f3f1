package api

import (
	"context"

	"github.com/example-org/batch/internal/config"
)

type overview struct {
	Service      string         `json:"service"`
	Version      string         `json:"version"`
	Dependencies map[string]any `json:"dependencies"`
	Degraded     []string       `json:"degraded" nullable:"false"`
}

type overviewOutput struct {
	Body overview
}

func (a api) overview(context.Context, *struct{}) (*overviewOutput, error) {
	none := map[string]any{}
	return &overviewOutput{overview{config.Service, a.config.Version, none, []string{}}}, nil
}
