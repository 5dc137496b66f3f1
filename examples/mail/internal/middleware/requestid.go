// Package middleware wraps every request, independent of its route.
package middleware

import (
	"net/http"

	"github.com/example-org/mail/internal/requestid"
)

// RequestID accepts or generates the request id, and returns it in the response.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestid.Accept(r.Header.Get(requestid.Header))
		w.Header().Set(requestid.Header, id)
		next.ServeHTTP(w, r.WithContext(requestid.With(r.Context(), id)))
	})
}
