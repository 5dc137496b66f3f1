// Package clients has a typed client for each dependency.
package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Ledger is the client of ledger, which is critical: a request fails without it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type Ledger struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of ledger.
func (c Ledger) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}
