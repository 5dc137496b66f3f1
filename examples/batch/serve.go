package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/example-org/batch/internal/admin"
	"github.com/example-org/batch/internal/api"
	"github.com/example-org/batch/internal/config"
	"github.com/example-org/batch/internal/health"
	"github.com/example-org/batch/internal/metrics"
	"github.com/example-org/batch/internal/server"
)

// The process ends this long before its time is over.
const margin = 100 * time.Millisecond

// serve runs the service until the context ends.
func serve(ctx context.Context, settings config.Config, _ []string) int {
	m, state := metrics.New(), &health.State{}
	business := server.New(api.New(settings, m))
	probes := server.New(admin.New(state, m, openapi))
	defer business.Close()
	defer probes.Close()

	// The admin port opens first and closes last, so that probes always get a response.
	ports := map[string]int{}
	if !open(probes, config.Port{Name: "admin", Number: settings.AdminPort}, ports) {
		return exitFailed
	}
	if prepare(ctx, settings) == nil {
		for _, port := range settings.Ports {
			if !open(business, port, ports) {
				return exitFailed
			}
		}
		state.Start()
		slog.Info("started", "ports", ports)
	}

	select {
	case <-ctx.Done():
		return stop(business, state, settings)
	case err := <-business.Failed():
		slog.Error("port failed", "error", err)
	case err := <-probes.Failed():
		slog.Error("admin port failed", "error", err)
	}
	return exitFailed
}

// prepare does the startup work. Write yours here; /startupz and /readyz fail until it is done.
func prepare(ctx context.Context, settings config.Config) error {
	select {
	case <-time.After(settings.StartupDelay):
	case <-ctx.Done():
	}
	return ctx.Err()
}

func open(s *server.Server, port config.Port, ports map[string]int) bool {
	number, err := s.Listen(port.Number)
	if err != nil {
		slog.Error("port unavailable", "port", port.Name, "error", err)
		return false
	}
	ports[port.Name] = number
	return true
}

func stop(business *server.Server, state *health.State, settings config.Config) int {
	ctx, cancel := context.WithTimeout(context.Background(), settings.Shutdown-margin)
	defer cancel()
	state.Drain()
	slog.Info("draining")
	if state.Started() {
		business.Drain(ctx, settings.Drain)
	}
	if err := business.Finish(ctx); err != nil {
		slog.Error("requests did not end in time", "error", err)
		return exitFailed
	}
	slog.Info("stopped")
	return exitOK
}
