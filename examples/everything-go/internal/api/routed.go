package api

import (
	"io"
	"net/http"
	"path"
	"slices"

	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

// routed is a mux whose 404 and 405 responses are problems like all others.
type routed struct {
	mux *http.ServeMux
}

// known are the methods of HTTP itself (RFC 9110) and PATCH.
var known = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

func (m routed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !slices.Contains(known, r.Method):
		problem.Respond(w, r, problem.New(http.StatusNotImplemented, "The method is not known."))
	case !clean(r.URL.EscapedPath()):
		refuse(w, r, http.StatusNotFound)
	default:
		m.mux.ServeHTTP(&response{ResponseWriter: w, request: r}, r)
	}
}

// clean is false for a path such as //a, which the mux would redirect to /a; here //a has no route.
func clean(escaped string) bool {
	cleaned := path.Clean(escaped)
	return escaped == cleaned || escaped == cleaned+"/" && cleaned != "/"
}

// response replaces one of the mux itself, which has found no pattern.
type response struct {
	http.ResponseWriter
	request  *http.Request
	replaced bool
}

func (w *response) WriteHeader(status int) {
	if w.request.Pattern != "" {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.replaced = true
	refuse(w.ResponseWriter, w.request, status)
}

func (w *response) Write(body []byte) (int, error) {
	if w.replaced {
		return len(body), nil
	}
	return w.ResponseWriter.Write(body)
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter {
	return w.ResponseWriter
}

// refuse responds to a request that has no route. The mux has set the header Allow.
func refuse(w http.ResponseWriter, r *http.Request, status int) {
	_, err := io.Copy(io.Discard, r.Body)
	switch {
	case err != nil:
	case status == http.StatusMethodNotAllowed:
		err = problem.New(status, "This path does not support %s.", r.Method)
	default:
		err = problem.New(http.StatusNotFound, "There is nothing at this path.")
	}
	problem.Respond(w, r, err)
}
