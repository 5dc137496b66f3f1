// The program: one sub-command serves, the others are jobs.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/jobs"
	"gitlab.example.com/example-group/backend/everything-go/internal/logs"
	"gitlab.example.com/example-group/backend/everything-go/internal/tracing"
)

// Exit codes.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitConfig     = 78
	exitTerminated = 143
)

// command is a sub-command and its function, which gets the arguments and returns the exit code.
type command struct {
	name string
	run  func(ctx context.Context, settings config.Config, args []string) int
}

func commands() []command {
	return []command{
		{"serve", serve},
		{"migrate", job(jobs.Migrate)},
		{"report", job(jobs.Report)},
		{"clean-up", job(jobs.CleanUp)},
	}
}

func main() {
	os.Exit(run(untilStopped(), os.Args[1:], os.LookupEnv, os.Stdout))
}

func run(ctx context.Context, args []string, lookup func(string) (string, bool), out io.Writer) int {
	settings, mistakes := config.Load(lookup)
	slog.SetDefault(logs.New(out, config.Service, settings.Version, settings.LogLevel))
	command, known := find(args)
	if command == nil {
		slog.Error("unknown sub-command", "args", args, "known", known)
		return exitUsage
	}
	if len(mistakes) > 0 {
		slog.Error("configuration refused", "errors", mistakes)
		return exitConfig
	}
	tracing.Start(ctx, config.Service, settings.Version)
	return command.run(ctx, settings, args)
}

func find(args []string) (found *command, known []string) {
	for _, one := range commands() {
		known = append(known, one.name)
		if len(args) > 0 && args[0] == one.name {
			found = &one
		}
	}
	return found, known
}

// untilStopped returns a context that ends at the first SIGTERM or SIGINT. The second one ends the process at once.
func untilStopped() context.Context {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(exitTerminated)
	}()
	return ctx
}
