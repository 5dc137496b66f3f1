package middleware

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

// How long a rejected body is still read. Closing with unread bytes would reset the connection and lose the response.
const lingerTime = time.Second

// Limit sets the largest body and the time limit of every request. The time includes reading the body.
func Limit(maxBodyBytes int64, longest time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), longest)
		defer cancel()
		observed := r
		r = r.WithContext(ctx)
		defer func() { observed.Pattern = r.Pattern }()
		if r.ContentLength == 0 {
			next.ServeHTTP(w, r)
			return
		}

		unlimited, connection := r.Body, http.NewResponseController(w)
		connection.SetReadDeadline(time.Now().Add(longest))
		limited := &body{Reader: http.MaxBytesReader(w, unlimited, maxBodyBytes)}
		limited.whole = func() { connection.SetReadDeadline(time.Time{}) }
		limited.tooLarge = r.ContentLength > maxBodyBytes
		r.Body = limited
		if limited.tooLarge {
			problem.Respond(closing(w), r, &http.MaxBytesError{Limit: maxBodyBytes})
		} else {
			next.ServeHTTP(w, r)
		}
		if limited.tooLarge {
			connection.Flush()
			connection.SetReadDeadline(time.Now().Add(lingerTime))
			_, _ = io.Copy(io.Discard, unlimited)
		}
	})
}

func closing(w http.ResponseWriter) http.ResponseWriter {
	w.Header().Set("Connection", "close")
	return w
}

// body is a request body with a limit. Its errors are safe to show to clients.
type body struct {
	io.Reader
	whole    func()
	tooLarge bool
}

// Close leaves the rest of the body to Limit and to the server, which read it before they close.
func (b *body) Close() error {
	return nil
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		b.whole()
	case errors.As(err, &tooLarge):
		b.tooLarge = true
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = problem.New(http.StatusRequestTimeout, "The body did not arrive in time.")
	default:
		err = problem.New(http.StatusBadRequest, "The body could not be read to its end.")
	}
	return n, err
}
