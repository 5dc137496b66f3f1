package jobs

import (
	"context"
)

// Func is the work of the sub-command func; args are the words after it.
func Func(ctx context.Context, args []string) error {
	// The place for the team's work; it ends early when ctx does.
	return ctx.Err()
}
