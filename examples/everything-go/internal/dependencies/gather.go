package dependencies

import (
	"context"
	"errors"
	"log/slog"

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

type result struct {
	from   int
	answer any
	err    error
}

func gather(ctx context.Context, all []dependency, m *metrics.Metrics) (Answers, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan result, len(all)) // room for all, so that no call waits when the reader has left
	for i, one := range all {
		go func() {
			answer, err := guarded(ctx, one)
			results <- result{i, answer, err}
		}()
	}

	answers := Answers{ByName: map[string]any{}, Degraded: []string{}}
	degraded := make([]bool, len(all))
	for range all {
		given := <-results
		if errors.Is(ctx.Err(), context.Canceled) {
			return Answers{}, ctx.Err() // the caller no longer waits
		}
		one := all[given.from]
		if given.err != nil {
			report(ctx, one, given.err)
			if one.fallback == nil {
				return Answers{}, given.err
			}
			m.Fallback(one.name)
			degraded[given.from] = true
			given.answer = one.fallback()
		}
		answers.ByName[one.name] = given.answer
	}
	for i, one := range all {
		if degraded[i] {
			answers.Degraded = append(answers.Degraded, one.name)
		}
	}
	return answers, nil
}

func guarded(ctx context.Context, one dependency) (answer any, err error) {
	defer panics.Catch(&err)
	return one.ask(ctx)
}

func report(ctx context.Context, one dependency, err error) {
	attrs := []any{"dependency", one.name, "critical", one.fallback == nil}
	slog.WarnContext(ctx, "dependency failed", append(attrs, panics.Attrs(err)...)...)
}
