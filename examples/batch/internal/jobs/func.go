package jobs

import (
	"context"
)

// Func is the work of the sub-command func; args are the words after it.
func Func(ctx context.Context, args []string) error {
	// Write the job's work here. Stop early when ctx is done.
	return ctx.Err()
}
