package main

import (
	"context"
	"log/slog"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
	"gitlab.example.com/example-group/backend/everything-go/internal/panics"
	"gitlab.example.com/example-group/backend/everything-go/internal/requestid"
	"gitlab.example.com/example-group/backend/everything-go/internal/tracing"
)

// job turns the work of a job into a sub-command (P09).
func job(work func(context.Context, dependencies.Set, []string) error) func(context.Context, config.Config, []string) int {
	return func(ctx context.Context, settings config.Config, args []string) int {
		ctx = requestid.With(ctx, requestid.New())
		name, args := args[0], args[1:]
		set := dependencies.New(settings.Upstreams, metrics.New())
		code := exitFailed
		tracing.Span(ctx, name, func(ctx context.Context) bool {
			code = await(ctx, name, begin(func() error { return work(ctx, set, args) }), settings.Shutdown-margin)
			return code == exitOK
		})
		tracing.Stop(context.Background())
		return code
	}
}

// begin starts the work. The channel gets its error.
func begin(work func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- guarded(work) }()
	return done
}

func guarded(work func() error) (err error) {
	defer panics.Catch(&err)
	return work()
}

// await returns the exit code of the job. After a signal, the job has this long to stop.
func await(ctx context.Context, name string, done <-chan error, longest time.Duration) int {
	select {
	case err := <-done:
		if ctx.Err() == nil {
			return report(ctx, name, err)
		}
	case <-ctx.Done():
		slog.InfoContext(ctx, "stopping", "job", name)
		select {
		case <-done: //nolint:errcheck // it has to stop
		case <-time.After(longest):
		}
	}
	slog.InfoContext(ctx, "stopped", "job", name)
	return exitTerminated
}

func report(ctx context.Context, name string, err error) int {
	if err != nil {
		slog.ErrorContext(ctx, "job failed", append(panics.Attrs(err), "job", name)...)
		return exitFailed
	}
	slog.InfoContext(ctx, "job finished", "job", name)
	return exitOK
}
