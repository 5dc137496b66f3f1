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

	"github.com/example-org/batch/internal/panics"
	"github.com/example-org/batch/internal/requestid"
)

// MediaType is the content type of a problem.
const MediaType = "application/problem+json"

// StatusClientClosed is logged when the client did not wait for the response.
const StatusClientClosed = 499

// Error is an error that is safe to show to clients.
type Error struct {
	Status     int
	Detail     string
	Violations []Violation
}

// Violation is a rule of a route that a request breaks. It never has the value.
type Violation struct {
	Field string `json:"field" doc:"The path of the field, with dots"`
	Rule  string `json:"rule" doc:"The rule that the field breaks"`
}

// Problem is the body of the response.
type Problem struct {
	Type      string      `json:"type" doc:"Always about:blank"`
	Title     string      `json:"title" doc:"The name of the status"`
	Status    int         `json:"status" doc:"The status, as in the status line"`
	Detail    string      `json:"detail" doc:"What went wrong, without internals"`
	RequestID string      `json:"request_id" doc:"The id to search the log for"`
	Errors    []Violation `json:"errors,omitempty" nullable:"false" doc:"The fields of a body that break a rule"`
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

// Respond sends the error.
func Respond(w http.ResponseWriter, r *http.Request, err error) {
	seen := Of(r.Context(), err)
	body, _ := json.Marshal(seen) // can't fail, because the values are strings and a number
	body = append(body, '\n')
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(seen.Status)
	w.Write(body)
}

// Of returns what the client sees of the error. An error that is not for clients is logged, and becomes a 500.
func Of(ctx context.Context, err error) *Problem {
	seen := visible(err)
	if seen == nil {
		slog.ErrorContext(ctx, "request failed", panics.Attrs(err)...)
		seen = New(http.StatusInternalServerError, "An unexpected error occurred.")
	}
	title := http.StatusText(seen.Status)
	if title == "" {
		title = "Error"
	}
	return &Problem{"about:blank", title, seen.Status, seen.Detail, requestid.From(ctx), seen.Violations}
}

// GetStatus is the status of the response, as huma asks for it.
func (p *Problem) GetStatus() int {
	return p.Status
}

func (p *Problem) Error() string {
	return p.Detail
}

// ContentType is the media type in place of the given one.
func (p *Problem) ContentType(string) string {
	return MediaType
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
