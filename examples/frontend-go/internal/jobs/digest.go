// Package jobs has the work of the jobs, one function for each sub-command.
package jobs

import (
	"context"
	"log/slog"

	"gitlab.com/example-org/frontend-go/internal/dependencies"
)

// Digest is the work of the sub-command digest; args are the words after it.
func Digest(ctx context.Context, set dependencies.Set, args []string) error {
	answers, err := dependencies.Gather(ctx, set)
	if err != nil {
		return err
	}
	// Write the job's work here. Stop early when ctx is done.
	slog.DebugContext(ctx, "dependencies called", "degraded", answers.Degraded, "args", args)
	return nil
}
