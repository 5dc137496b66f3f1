// Package health has the state of the process, which the probes read (P08).
package health

import "sync/atomic"

// State goes from starting to ready to draining, and never back. A stop can come at any time.
type State struct {
	started  atomic.Bool
	draining atomic.Bool
}

// Start notes that the startup work is done and the ports are open.
func (s *State) Start() {
	s.started.Store(true)
}

// Drain notes that the process is about to stop.
func (s *State) Drain() {
	s.draining.Store(true)
}

// Started is true once the start is complete.
func (s *State) Started() bool {
	return s.started.Load()
}

// Ready is true while the service accepts requests.
func (s *State) Ready() bool {
	return s.Started() && !s.draining.Load()
}

// String is the state's name: starting, ok or draining.
func (s *State) String() string {
	switch {
	case s.draining.Load():
		return "draining"
	case s.Started():
		return "ok"
	default:
		return "starting"
	}
}
