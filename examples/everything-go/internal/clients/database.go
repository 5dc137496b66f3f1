package clients

import (
	"context"

	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Database is the client of database, which is critical: a request fails without it.
// Write one method here for each kind of call, with your driver in c.TCP.Bounded.
type Database struct {
	TCP *upstream.TCP
}

// Ask connects to database.
func (c Database) Ask(ctx context.Context) (*upstream.Reachable, error) {
	return c.TCP.Connect(ctx)
}
