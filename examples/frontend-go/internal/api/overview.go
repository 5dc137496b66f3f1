package api

import (
	"context"

	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/dependencies"
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
