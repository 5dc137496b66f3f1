// Package problem has the errors that clients see: application/problem+json (RFC 9457), without internals.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/example-org/mail/internal/panics"
	"github.com/example-org/mail/internal/requestid"
)

// StatusClientClosed is logged when the client did not wait for the response.
const StatusClientClosed = 499

// Error is an error that is safe to show to clients.
type Error struct {
	Status int
	Detail string
}

func (e *Error) Error() string {
	return e.Detail
}

// New returns an error that clients see with this status and detail.
func New(status int, format string, values ...any) *Error {
	return &Error{Status: status, Detail: fmt.Sprintf(format, values...)}
}

// Handler is an HTTP handler that can fail. Its error becomes the response.
type Handler func(http.ResponseWriter, *http.Request) error

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		Respond(w, r, err)
	}
}

// Respond sends the error. An error that is not for clients is logged, and the client gets a 500.
func Respond(w http.ResponseWriter, r *http.Request, err error) {
	seen := visible(err)
	if seen == nil {
		slog.ErrorContext(r.Context(), "request failed", panics.Attrs(err)...)
		seen = New(http.StatusInternalServerError, "An unexpected error occurred.")
	}
	write(w, r, seen)
}

func visible(err error) *Error {
	var seen *Error
	if errors.As(err, &seen) {
		return seen
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return New(http.StatusRequestEntityTooLarge, "The body is larger than %d bytes.", tooLarge.Limit)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return New(http.StatusGatewayTimeout, "The request took too long.")
	}
	if errors.Is(err, context.Canceled) {
		return New(StatusClientClosed, "The client closed the connection.")
	}
	return nil
}

func write(w http.ResponseWriter, r *http.Request, seen *Error) {
	title := http.StatusText(seen.Status)
	if title == "" {
		title = "Error"
	}
	body, _ := json.Marshal(struct { // can't fail, because the values are strings and a number
		Type      string `json:"type"`
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail"`
		RequestID string `json:"request_id"`
	}{"about:blank", title, seen.Status, seen.Detail, requestid.From(r.Context())})
	body = append(body, '\n')
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(seen.Status)
	w.Write(body)
}
