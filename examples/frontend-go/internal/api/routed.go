package api

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"gitlab.com/example-org/frontend-go/internal/problem"
)

// routed is a mux whose 404 and 405 responses are problems like all others.
type routed struct {
	mux *http.ServeMux
}

// known are the methods of HTTP itself (RFC 9110) and PATCH.
var known = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

func (m routed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(known, r.Method) {
		problem.Respond(w, r, problem.New(http.StatusNotImplemented, "The method is not known."))
		return
	}
	handler, pattern := m.match(r)
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

// match finds the route of a request. The mux would redirect a path such as //a to /a; here //a has no route.
func (m routed) match(r *http.Request) (http.Handler, string) {
	handler, pattern := m.mux.Handler(r)
	clean := path.Clean(r.URL.Path)
	if clean != "/" && strings.HasSuffix(r.URL.Path, "/") {
		clean += "/"
	}
	if clean != r.URL.Path {
		return handler, ""
	}
	return handler, pattern
}

// pattern is the route pattern of a request, for metrics.
func (m routed) pattern(r *http.Request) string {
	_, pattern := m.match(r)
	if pattern == "" {
		return "unmatched"
	}
	_, route, _ := strings.Cut(pattern, " ")
	return strings.TrimSuffix(route, "{$}")
}

// unsent keeps the status and header of a response without sending them.
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
