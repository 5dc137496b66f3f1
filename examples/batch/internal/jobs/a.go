// Package jobs is the work of the jobs, one function for each sub-command.
package jobs

import (
	"context"
)

// A is the work of the sub-command a; args are the words after it.
func A(ctx context.Context, args []string) error {
	// The place for the team's work; it ends early when ctx does.
	return ctx.Err()
}
