// Package server serves ports, and stops without losing a request (P08).
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	headerTime     = 10 * time.Second       // for the header of a request, so that slow clients do not keep connections
	idleTime       = 75 * time.Second       // longer than the usual 60 s of proxies, so that they close first
	maxHeaderBytes = 32 << 10               // enough for cookies and tokens
	quietTime      = 500 * time.Millisecond // without a connection, before a drain ends early
	unsentTime     = time.Second            // at the end, for the first request of connected clients
	cutTime        = 50 * time.Millisecond  // for handlers to end after their connections
	tick           = 10 * time.Millisecond
)

// Server serves one handler on any number of ports.
type Server struct {
	http      http.Server
	handler   http.Handler
	listeners []net.Listener
	failed    chan error
	draining  atomic.Bool
	inFlight  atomic.Int64

	mu          sync.Mutex
	connections map[net.Conn]http.ConnState
	left        time.Time // when the last connection was closed
}

// New returns a server of the handler.
func New(handler http.Handler) *Server {
	s := &Server{
		handler:     handler,
		failed:      make(chan error, 1),
		connections: map[net.Conn]http.ConnState{},
	}
	s.http.Handler = http.HandlerFunc(s.serve)
	s.http.ConnState = s.note
	s.http.ErrorLog = slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)
	s.http.DisableGeneralOptionsHandler = true // OPTIONS * is handled like other requests
	s.http.ReadHeaderTimeout = headerTime
	s.http.IdleTimeout = idleTime
	s.http.MaxHeaderBytes = maxHeaderBytes
	return s
}

// Listen opens a port on all addresses, serves it, and returns its number. Port 0 means a free port.
func (s *Server) Listen(port int) (int, error) {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return 0, err
	}
	s.listeners = append(s.listeners, listener)
	go func() {
		if err := s.http.Serve(patient{listener, &s.draining}); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.failed <- err
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// Failed returns the error of a port that can no longer be served.
func (s *Server) Failed() <-chan error {
	return s.failed
}

// Close ends everything at once.
func (s *Server) Close() error {
	return s.http.Close()
}

// Drain keeps serving for the given time, or until nobody has been connected for a while. Every response closes its
// connection, so that no client loses a request on a kept-alive connection.
func (s *Server) Drain(ctx context.Context, longest time.Duration) {
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	began := time.Now()
	_ = wait(ctx, func() bool { return s.quiet(began) >= quietTime })
}

// Finish closes the ports and waits for the requests in flight. It fails if the context ends first.
//
// It does not use http.Server.Shutdown, which drops a request that was received but not yet begun.
func (s *Server) Finish(ctx context.Context) error {
	s.draining.Store(true)
	defer s.http.Close()
	for _, listener := range s.listeners {
		listener.Close()
	}
	working := time.Now()
	err := wait(ctx, func() bool {
		_, busy := s.open()
		if s.inFlight.Load() > 0 {
			working = time.Now()
		}
		return busy == 0 || time.Since(working) >= unsentTime
	})
	if err != nil {
		s.cut()
	}
	return err
}

// cut ends the requests in flight, so that they are logged before the line with the reason.
func (s *Server) cut() {
	s.http.Close()
	ctx, cancel := context.WithTimeout(context.Background(), cutTime)
	defer cancel()
	_ = wait(ctx, func() bool { return s.inFlight.Load() == 0 })
}

// wait checks repeatedly whether done is true.
func wait(ctx context.Context, done func() bool) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

// open counts the connections, and how many of them are busy with a request.
func (s *Server) open() (all, busy int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range s.connections {
		if state != http.StateIdle {
			busy++
		}
	}
	return len(s.connections), busy
}

// quiet is the time without any open connection since that moment.
func (s *Server) quiet(since time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.connections) > 0 {
		return 0
	}
	if s.left.After(since) {
		since = s.left
	}
	return time.Since(since)
}

func (s *Server) note(connection net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(s.connections, connection)
		s.left = time.Now()
	default:
		s.connections[connection] = state
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	response := &response{ResponseWriter: w, draining: &s.draining}
	s.handler.ServeHTTP(response, r)
	if !response.begun {
		response.WriteHeader(http.StatusOK)
	}
}

// response closes its connection if it begins while the server drains.
type response struct {
	http.ResponseWriter
	draining *atomic.Bool
	begun    bool
}

func (r *response) WriteHeader(status int) {
	if r.draining.Load() {
		r.Header().Set("Connection", "close")
	}
	r.begun = r.begun || status >= 200
	r.ResponseWriter.WriteHeader(status)
}

func (r *response) Write(body []byte) (int, error) {
	if !r.begun {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(body)
}

// Unwrap is for http.ResponseController.
func (r *response) Unwrap() http.ResponseWriter {
	return r.ResponseWriter
}
