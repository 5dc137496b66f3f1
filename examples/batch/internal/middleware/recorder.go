package middleware

import "net/http"

// recorder notes a response's status.
type recorder struct {
	http.ResponseWriter
	status int
}

// Begun is true when the status was sent and can't be changed.
func (r *recorder) Begun() bool {
	return r.status != 0
}

// Status is the status of the response: 200 if the handler writes nothing.
func (r *recorder) Status() int {
	if r.Begun() {
		return r.status
	}
	return http.StatusOK
}

func (r *recorder) WriteHeader(status int) {
	if !r.Begun() && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(body []byte) (int, error) {
	r.status = r.Status()
	return r.ResponseWriter.Write(body)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter {
	return r.ResponseWriter
}
