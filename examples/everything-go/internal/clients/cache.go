package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Cache is the client of cache, which is auxiliary: a fallback replaces it.
// Write one method here for each kind of call, with your driver in c.TCP.Bounded.
type Cache struct {
	TCP *upstream.TCP
}

// Ask connects to cache.
func (c Cache) Ask(ctx context.Context) (*upstream.Reachable, error) {
	return c.TCP.Connect(ctx)
}

// Fallback replaces the response when the dependency fails or is too slow.
func (c Cache) Fallback() *upstream.Reachable {
	return nil
}
