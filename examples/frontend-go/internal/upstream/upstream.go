// Package upstream is what all clients of dependencies share: a time for the whole call, and its measurement.
package upstream

import (
	"context"
	"errors"
	"net"
	"time"

	"gitlab.com/example-org/frontend-go/internal/metrics"
)

// Failure is a dependency that gave no good answer.
type Failure struct {
	Dependency string
	Timeout    bool
	Err        error
}

func (f *Failure) Error() string {
	return f.Dependency + ": " + f.Err.Error()
}

func (f *Failure) Unwrap() error {
	return f.Err
}

// caller makes calls to one dependency, each within the same time.
type caller struct {
	name    string
	timeout time.Duration
	metrics *metrics.Metrics
}

func newCaller(name string, timeout time.Duration, m *metrics.Metrics) caller {
	m.Dependency(name)
	return caller{name, timeout, m}
}

// call gives the whole of fetch the timeout, not each of its reads.
func (c caller) call(ctx context.Context, fetch func(context.Context) error) error {
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := time.Now()
	err := fetch(timed)
	switch {
	case err == nil:
		c.metrics.DependencyRequest(c.name, "ok", time.Since(began))
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		// Nobody waits for the answer any more: that says nothing about the dependency.
		return &Failure{c.name, false, err}
	case isTimeout(err):
		c.metrics.DependencyRequest(c.name, "timeout", time.Since(began))
		return &Failure{c.name, true, err}
	default:
		c.metrics.DependencyRequest(c.name, "error", time.Since(began))
		return &Failure{c.name, false, err}
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
