package middleware

import (
	"errors"
	"log/slog"
	"net/http"

	"gitlab.example.com/example-group/backend/everything-go/internal/panics"
	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

// Recover turns a panic into a 500, or aborts the response if it has begun.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := &recorder{ResponseWriter: w}
		err := caught(next, response, r)
		var panicked *panics.Error
		if !errors.As(err, &panicked) {
			return
		}
		if panicked.Value == http.ErrAbortHandler { //nolint:errorlint // net/http compares it in the same way
			panic(http.ErrAbortHandler)
		}
		if response.Begun() {
			slog.ErrorContext(r.Context(), "response aborted", panics.Attrs(err)...)
			panic(http.ErrAbortHandler)
		}
		problem.Respond(w, r, err)
	})
}

func caught(next http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer panics.Catch(&err)
	next.ServeHTTP(w, r)
	return nil
}
