package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Type is the client of type, which is auxiliary: a fallback answers for it.
type Type struct {
	HTTP *upstream.HTTP
}

// Ask gets the answer of type.
func (c Type) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback is what stands in for the answer when there is none in time.
func (c Type) Fallback() upstream.Answer {
	return nil
}
