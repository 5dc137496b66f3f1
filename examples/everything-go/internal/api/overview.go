package api

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
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

// overview calls every dependency.
func (a api) overview(ctx context.Context, _ *struct{}) (*overviewOutput, error) {
	answers, err := dependencies.Gather(ctx, a.set)
	if err != nil {
		return nil, err
	}
	return &overviewOutput{overview{config.Service, a.config.Version, answers.ByName, answers.Degraded}}, nil
}
