package server

import (
	"errors"
	"net"
	"os"
	"time"
)

const (
	stalledTime = 5 * time.Second // in which a client takes nothing of its answer, before it is cut off
	lookTime    = time.Second     // after which a write looks whether it has got on
)

// patient accepts connections that wait for a slow reader, but not for one that does not read.
type patient struct {
	net.Listener
}

func (p patient) Accept() (net.Conn, error) {
	connection, err := p.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: connection}, nil
}

type patientConn struct {
	net.Conn
	used bool
}

// Read gives a client that has connected as much time for its first byte as for that of any other request:
// http.Server.ReadHeaderTimeout would count from the beginning.
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

// Write fails when the client has taken nothing for a while; http.Server.WriteTimeout is for the whole answer.
func (c *patientConn) Write(bytes []byte) (written int, err error) {
	for taken := time.Now(); ; {
		c.SetWriteDeadline(time.Now().Add(lookTime))
		n, err := c.Conn.Write(bytes[written:])
		written += n
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 && time.Since(taken) >= stalledTime {
			return written, err
		}
		if n > 0 {
			taken = time.Now()
		}
	}
}
