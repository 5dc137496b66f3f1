package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// ExchangeRates is the client of exchange-rates, which is auxiliary: a fallback answers for it.
type ExchangeRates struct {
	HTTP *upstream.HTTP
}

// Ask gets the answer of exchange-rates.
func (c ExchangeRates) Ask(ctx context.Context) (upstream.Answer, error) {
	return c.HTTP.Get(ctx)
}

// Fallback is what stands in for the answer when there is none in time.
func (c ExchangeRates) Fallback() upstream.Answer {
	return nil
}
