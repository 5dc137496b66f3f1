// Package upstream is shared by all clients of dependencies: the time limit and the metrics of a call.
package upstream

import (
	"context"
	"errors"
	"net"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
)

// Failure is the error of a dependency that failed.
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

// caller makes calls to one dependency, each with the same time limit.
type caller struct {
	name    string
	timeout time.Duration
	metrics *metrics.Metrics
}

func newCaller(name string, timeout time.Duration, m *metrics.Metrics) caller {
	m.Dependency(name)
	return caller{name, timeout, m}
}

// call applies the timeout to the whole fetch, not to each read.
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
		// The caller left, so this is not a failure of the dependency.
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
