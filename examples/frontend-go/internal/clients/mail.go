// Package clients has a typed client for each dependency.
package clients

import (
	"context"

	"gitlab.com/example-org/frontend-go/internal/upstream"
)

// Mail is the client of mail, which is critical: a request fails without it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type Mail struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of mail.
func (c Mail) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}
