package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Type is the client of type, which is auxiliary: a fallback replaces it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type Type struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of type.
func (c Type) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback replaces the response when the dependency fails or is too slow.
func (c Type) Fallback() upstream.Answer {
	return nil
}
