// Package upstream is shared by all clients of dependencies: the time limit and the metrics of a call.
package upstream

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/problem"
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

// As turns a failure into what clients see of it.
func (f *Failure) As(target any) bool {
	seen, ok := target.(**problem.Error)
	switch {
	case !ok:
	case f.Timeout:
		*seen = problem.New(http.StatusGatewayTimeout, "The dependency %s did not respond in time.", f.Dependency)
	default:
		*seen = problem.New(http.StatusBadGateway, "The dependency %s failed.", f.Dependency)
	}
	return ok
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

// Bounded does any work with the dependency, such as a driver's: within its timeout and what is left of ctx, counted, and
// with a Failure as its error. The work must end when its own context does.
func (c caller) Bounded(ctx context.Context, work func(context.Context) error) error {
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := time.Now()
	err := work(timed)
	switch {
	case err == nil:
		c.metrics.DependencyRequest(c.name, "ok", time.Since(began))
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // the request is over, which is not the dependency's failure
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
