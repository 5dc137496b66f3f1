// Package jobs is the work of the jobs, one function for each sub-command.
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
	// The place for the team's work; it ends early when ctx does.
	slog.DebugContext(ctx, "dependencies answered", "degraded", answers.Degraded, "args", args)
	return nil
}
