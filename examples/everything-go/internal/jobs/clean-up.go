package jobs

import (
	"context"
	"log/slog"

	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
)

// CleanUp is the work of the sub-command clean-up; args are the words after it.
func CleanUp(ctx context.Context, set dependencies.Set, args []string) error {
	answers, err := dependencies.Gather(ctx, set)
	if err != nil {
		return err
	}
	// Write the job's work here. Stop early when ctx is done.
	slog.DebugContext(ctx, "dependencies called", "degraded", answers.Degraded, "args", args)
	return nil
}
