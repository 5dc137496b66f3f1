package clients

import (
	"context"

	"gitlab.com/example-org/frontend-go/internal/upstream"
)

// Weather is the client of weather, which is auxiliary: a fallback replaces it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type Weather struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of weather.
func (c Weather) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback replaces the response when the dependency fails or is too slow.
func (c Weather) Fallback() upstream.Answer {
	return nil
}
