package jobs

import (
	"context"
	"log/slog"
)

// Func is the work of the sub-command func; args are the words after it.
func Func(ctx context.Context, args []string) error {
	// Write the job's work here. Stop early when ctx is done.
	slog.DebugContext(ctx, "no work yet", "args", args)
	return ctx.Err()
}
