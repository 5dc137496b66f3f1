package dependencies

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
	"gitlab.example.com/example-group/backend/everything-go/internal/panics"
)

// Answers has the responses of the dependencies.
type Answers struct {
	// ByName has the response of each dependency, or its fallback.
	ByName map[string]any
	// Degraded names the auxiliary dependencies whose fallback is used, in the order of the set.
	Degraded []string
}

// dependency is one of the set; an auxiliary one has a fallback.
type dependency struct {
	name     string
	ask      func(context.Context) (any, error)
	fallback func() any
}

func critical[T any](name string, client interface {
	Ask(context.Context) (T, error)
}) dependency {
	ask := func(ctx context.Context) (any, error) { return client.Ask(ctx) }
	return dependency{name, ask, nil}
}

func auxiliary[T any](name string, client interface {
	Ask(context.Context) (T, error)
	Fallback() T
}) dependency {
	ask := func(ctx context.Context) (any, error) { return client.Ask(ctx) }
	return dependency{name, ask, func() any { return client.Fallback() }}
}

// Gather calls all dependencies of the set in parallel. It fails as soon as a critical one fails.
func Gather(ctx context.Context, set Set) (Answers, error) {
	return gather(ctx, set.all(), set.metrics)
}

func gather(ctx context.Context, all []dependency, m *metrics.Metrics) (Answers, error) {
	given, degraded := make([]any, len(all)), make([]bool, len(all))
	group, ctx := errgroup.WithContext(ctx)
	for i, one := range all {
		group.Go(func() error {
			result, err := guarded(ctx, one)
			if err != nil && ctx.Err() != nil {
				return ctx.Err() // nobody waits any more
			}
			if err != nil {
				report(ctx, one, err)
				if one.fallback == nil {
					return err
				}
				m.Fallback(one.name)
				result, degraded[i] = one.fallback(), true
			}
			given[i] = result
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return Answers{}, err
	}

	answers := Answers{ByName: map[string]any{}, Degraded: []string{}}
	for i, one := range all {
		answers.ByName[one.name] = given[i]
		if degraded[i] {
			answers.Degraded = append(answers.Degraded, one.name)
		}
	}
	return answers, nil
}

func guarded(ctx context.Context, one dependency) (result any, err error) {
	defer panics.Catch(&err)
	return one.ask(ctx)
}

func report(ctx context.Context, one dependency, err error) {
	attrs := []any{"dependency", one.name, "critical", one.fallback == nil}
	slog.WarnContext(ctx, "dependency failed", append(attrs, panics.Attrs(err)...)...)
}
