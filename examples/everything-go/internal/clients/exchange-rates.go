package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// ExchangeRates is the client of exchange-rates, which is auxiliary: a fallback replaces it.
// Write one method here for each kind of call, with c.HTTP.Get or c.HTTP.Post.
type ExchangeRates struct {
	HTTP *upstream.HTTP
}

// Ask gets the response of exchange-rates.
func (c ExchangeRates) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback replaces the response when the dependency fails or is too slow.
func (c ExchangeRates) Fallback() upstream.Answer {
	return nil
}
