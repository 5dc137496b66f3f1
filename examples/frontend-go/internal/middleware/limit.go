package middleware

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"gitlab.com/example-org/frontend-go/internal/problem"
)

// How long a refused body is still read: to close on unread bytes would reset the answer on its way.
const lingerTime = time.Second

// Limit gives every request so many bytes of body and so much time, its body included.
func Limit(maxBodyBytes int64, longest time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), longest)
		defer cancel()
		r = r.WithContext(ctx)
		if r.ContentLength == 0 {
			next.ServeHTTP(w, r)
			return
		}

		unlimited, connection := r.Body, http.NewResponseController(w)
		connection.SetReadDeadline(time.Now().Add(longest))
		limited := &body{ReadCloser: http.MaxBytesReader(w, unlimited, maxBodyBytes)}
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
			io.Copy(io.Discard, unlimited)
		}
	})
}

func closing(w http.ResponseWriter) http.ResponseWriter {
	w.Header().Set("Connection", "close")
	return w
}

// body is a request's body with a limit; what is wrong with it is an error that clients may see.
type body struct {
	io.ReadCloser
	whole    func()
	tooLarge bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
	case err == io.EOF:
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
