package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Tax is the client of tax, which is critical: a request fails without it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type Tax struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of tax.
func (c Tax) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}
