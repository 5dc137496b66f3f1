package server

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

const (
	unreadTime       = 30 * time.Second // a client that reads nothing for this time is disconnected
	unreadTimeAtStop = 5 * time.Second  // the same when the service stops
	checkTime        = time.Second      // between two checks of a write
)

// patient accepts connections that wait for a slow reader, but not for a client that does not read.
type patient struct {
	net.Listener
	stopping *atomic.Bool
}

func (p patient) Accept() (net.Conn, error) {
	connection, err := p.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: connection, stopping: p.stopping}, nil
}

type patientConn struct {
	net.Conn
	stopping *atomic.Bool
	used     bool
}

// Read waits for the first byte of a new connection as long as for that of an idle one.
// http.Server.ReadHeaderTimeout counts from the start of the connection.
func (c *patientConn) Read(bytes []byte) (int, error) {
	if c.used {
		return c.Conn.Read(bytes)
	}
	c.used = true
	c.SetReadDeadline(time.Now().Add(idleTime))
	n, err := c.Conn.Read(bytes)
	c.SetReadDeadline(time.Now().Add(headerTime))
	return n, err
}

// Write fails if the client reads nothing for too long. http.Server.WriteTimeout is for the whole response.
func (c *patientConn) Write(bytes []byte) (written int, err error) {
	for read := time.Now(); ; {
		c.SetWriteDeadline(time.Now().Add(checkTime))
		n, err := c.Conn.Write(bytes[written:])
		written += n
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 && time.Since(read) >= c.patience() {
			return written, err
		}
		if n > 0 {
			read = time.Now()
		}
	}
}

func (c *patientConn) patience() time.Duration {
	if c.stopping.Load() {
		return unreadTimeAtStop
	}
	return unreadTime
}
