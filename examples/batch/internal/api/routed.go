package api

import (
	"net/http"
	"strings"

	"github.com/example-org/batch/internal/problem"
)

// routed is a mux whose own answers, 404 and 405, are problems like all others.
type routed struct {
	mux *http.ServeMux
}

func (m routed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	withoutBody(func(w http.ResponseWriter, r *http.Request) error {
		answer := &unsent{header: http.Header{}}
		handler.ServeHTTP(answer, r)
		if answer.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", answer.header.Get("Allow"))
			return problem.New(answer.status, "This path does not take %s.", r.Method)
		}
		return problem.New(http.StatusNotFound, "There is nothing at this path.")
	}).ServeHTTP(w, r)
}

// pattern is the path's pattern, for metrics.
func (m routed) pattern(r *http.Request) string {
	_, pattern := m.mux.Handler(r)
	if pattern == "" {
		return "unmatched"
	}
	_, path, _ := strings.Cut(pattern, " ")
	return strings.TrimSuffix(path, "{$}")
}

// unsent keeps a response's status and header.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header {
	return u.header
}

func (u *unsent) Write(body []byte) (int, error) {
	return len(body), nil
}

func (u *unsent) WriteHeader(status int) {
	u.status = status
}
