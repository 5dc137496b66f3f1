package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func start(t *testing.T, handler http.HandlerFunc) (s *Server, address string) {
	s = New(handler)
	port, err := s.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, fmt.Sprintf("127.0.0.1:%d", port)
}

func hello(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, "hello")
}

// request is one request on an open connection; closes is true if the response ends the connection.
func request(connection net.Conn) (closes bool, err error) {
	if _, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: test\r\n\r\n"); err != nil {
		return false, err
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return response.Close, err
}

func dial(t *testing.T, address string) net.Conn {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	connection.SetDeadline(time.Now().Add(30 * time.Second))
	return connection
}

func TestPortInUse(t *testing.T) {
	s, address := start(t, hello)
	_, port, _ := net.SplitHostPort(address)
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Listen(number); err == nil {
		t.Error("two listeners have one port")
	}
}

func TestDrainLosesNoRequest(t *testing.T) {
	s, address := start(t, hello)
	var kept, closed, failed atomic.Int64
	var clients sync.WaitGroup
	for range 20 {
		connection := dial(t, address)
		clients.Go(func() {
			for {
				closes, err := request(connection)
				if err != nil {
					failed.Add(1)
					return
				}
				if closes {
					closed.Add(1)
					return
				}
				kept.Add(1)
			}
		})
	}
	for kept.Load() < 100 && failed.Load() == 0 {
		time.Sleep(tick)
	}
	began := time.Now()
	s.Drain(context.Background(), 20*time.Second)
	if took := time.Since(began); took < quietTime || took > 15*time.Second {
		t.Errorf("the drain took %v", took)
	}
	if err := s.Finish(context.Background()); err != nil {
		t.Error(err)
	}
	clients.Wait()
	if failed.Load() > 0 || closed.Load() != 20 {
		t.Errorf("%d requests failed, %d of 20 connections got Connection: close", failed.Load(), closed.Load())
	}
}

func TestDrainServesNewConnections(t *testing.T) {
	s, address := start(t, hello)
	ctx, cancel := context.WithCancel(context.Background())
	drained := make(chan struct{})
	go func() {
		s.Drain(ctx, time.Minute)
		close(drained)
	}()
	for !s.draining.Load() {
		time.Sleep(tick)
	}
	// Each connection is short, and the next one comes before the quiet time is over.
	for range 8 {
		if closes, err := request(dial(t, address)); err != nil || !closes {
			t.Errorf("closes %v, %v", closes, err)
		}
		time.Sleep(quietTime / 5)
		select {
		case <-drained:
			t.Fatal("the drain ended between two clients")
		default:
		}
	}
	cancel()
	<-drained
}

func TestDrainEndsWhileAConnectionIsKept(t *testing.T) {
	s, address := start(t, hello)
	if closes, err := request(dial(t, address)); err != nil || closes {
		t.Fatalf("closes %v, %v", closes, err)
	}
	longest := 2 * quietTime
	began := time.Now()
	s.Drain(context.Background(), longest)
	if took := time.Since(began); took < longest {
		t.Errorf("the drain took %v, and the connection was open", took)
	}
}

func TestFinishWaitsForRequests(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	s, address := start(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release
		hello(w, r)
	})
	connection := dial(t, address)
	responded := make(chan error, 1)
	go func() {
		closes, err := request(connection)
		if !closes {
			err = errors.Join(err, errors.New("the connection is kept"))
		}
		responded <- err
	}()
	<-begun
	finished := make(chan error, 1)
	go func() { finished <- s.Finish(context.Background()) }()
	select {
	case <-finished:
		t.Fatal("it did not wait")
	case <-time.After(2 * unsentTime):
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("the port is still open")
	}
	close(release)
	if err := errors.Join(<-responded, <-finished); err != nil {
		t.Error(err)
	}
}

func TestFinishHasATimeLimit(t *testing.T) {
	begun := make(chan struct{})
	var ended atomic.Bool
	s, address := start(t, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		time.Sleep(tick) // as long as a log line takes
		ended.Store(true)
	})
	connection := dial(t, address)
	go request(connection)
	<-begun
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.Finish(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if !ended.Load() {
		t.Error("the request goes on")
	}
}

func TestFinishWaitsOnlyShortlyForUnsentRequests(t *testing.T) {
	s, address := start(t, hello)
	slow := dial(t, address)
	io.WriteString(slow, "GET / HT")
	for open, _ := s.open(); open == 0; open, _ = s.open() {
		time.Sleep(tick)
	}
	began := time.Now()
	if err := s.Finish(context.Background()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took < unsentTime || took > headerTime-time.Second {
		t.Errorf("it took %v", took)
	}
}
