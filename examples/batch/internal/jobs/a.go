// Package jobs has the work of the jobs, one function for each sub-command.
package jobs

import (
	"context"
	"log/slog"
)

// A is the work of the sub-command a; args are the words after it.
func A(ctx context.Context, args []string) error {
	// Write the job's work here. Stop early when ctx is done.
	slog.DebugContext(ctx, "no work yet", "args", args)
	return ctx.Err()
}
