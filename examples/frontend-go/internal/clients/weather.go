package clients

import (
	"context"

	"gitlab.com/example-org/frontend-go/internal/upstream"
)

// Weather is the client of weather, which is auxiliary: a fallback answers for it.
type Weather struct {
	HTTP *upstream.HTTP
}

// Ask gets the answer of weather.
func (c Weather) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback is what stands in for the answer when there is none in time.
func (c Weather) Fallback() upstream.Answer {
	return nil
}
