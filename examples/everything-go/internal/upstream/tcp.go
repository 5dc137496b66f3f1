package upstream

import (
	"context"
	"net"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
)

// Reachable is the result for a dependency that accepts connections.
type Reachable struct {
	Reachable bool `json:"reachable"`
}

// TCP connects to one dependency.
type TCP struct {
	caller
	address string
}

// NewTCP returns a caller of the dependency.
func NewTCP(name string, target config.TCP, m *metrics.Metrics) *TCP {
	return &TCP{newCaller(name, target.Timeout, m), target.Address}
}

// Connect opens a connection and closes it again. Use a driver for real calls, in Bounded.
func (t *TCP) Connect(ctx context.Context) (*Reachable, error) {
	err := t.Bounded(ctx, func(ctx context.Context) error {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", t.address)
		if err != nil {
			return err
		}
		return connection.Close()
	})
	if err != nil {
		return nil, err
	}
	return &Reachable{true}, nil
}
