// Package middleware is what happens around every request, whatever its route.
package middleware

import (
	"net/http"

	"gitlab.com/example-org/frontend-go/internal/requestid"
)

// RequestID accepts or makes the request's id, and echoes it in the response.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestid.Accept(r.Header.Get(requestid.Header))
		w.Header().Set(requestid.Header, id)
		next.ServeHTTP(w, r.WithContext(requestid.With(r.Context(), id)))
	})
}
