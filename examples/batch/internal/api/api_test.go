package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/example-org/batch/internal/config"
	"github.com/example-org/batch/internal/metrics"
	"github.com/example-org/batch/internal/requestid"
)

// ask sends a request to an API with these variables, and returns the response and its JSON.
func ask(t *testing.T, variables map[string]string, request *http.Request) (*http.Response, map[string]any) {
	settings, mistakes := config.Load(func(variable string) (string, bool) {
		value, ok := variables[variable]
		return value, ok
	})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	m := metrics.New()
	recorder := httptest.NewRecorder()
	New(settings, m).ServeHTTP(recorder, request)
	var body map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v in %s", err, recorder.Body)
	}
	return recorder.Result(), body
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		method string
		path   string
		body   string
		status int
	}{
		{"GET", "/missing", "", 404},
		{"POST", "/missing", "x", 404},
		{"POST", "/", "x", 405},
		{"TRACE", "/", "", 405},
		{"BREW", "/", "", 501},
		{"GET", "/", "0123456789a", 413},
		{"POST", "/missing", "0123456789a", 413},
	} {
		request := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
		request.Header.Set(requestid.Header, "abc")
		response, body := ask(t, map[string]string{"MAX_BODY_BYTES": "10"}, request)
		if response.StatusCode != test.status || body["status"] != float64(test.status) {
			t.Errorf("%s %s gives %d %v, want %d", test.method, test.path, response.StatusCode, body, test.status)
		}
		if kind := response.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s %s gives %s", test.method, test.path, kind)
		}
		if body["request_id"] != "abc" || response.Header.Get(requestid.Header) != "abc" {
			t.Errorf("%s %s: the request id is not abc in %v, %v", test.method, test.path, body, response.Header)
		}
		if allowed := response.Header.Get("Allow"); (allowed == "GET, HEAD") != (test.status == 405) {
			t.Errorf("%s %s: Allow is %q", test.method, test.path, allowed)
		}
	}
}

func TestRoutesOfMetrics(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", http.NotFound)
	mux.HandleFunc("GET /orders/{id}", http.NotFound)
	for path, want := range map[string]string{
		"/":          "/",
		"/orders/17": "/orders/{id}",
		"/missing":   "unmatched",
	} {
		if route := (routed{mux}).pattern(httptest.NewRequest("GET", path, nil)); route != want {
			t.Errorf("%s is %s, want %s", path, route, want)
		}
	}
}

func TestOverview(t *testing.T) {
	response, body := ask(t, map[string]string{"SERVICE_VERSION": "1.2.3"}, httptest.NewRequest("GET", "/", nil))
	if response.StatusCode != 200 || body["service"] != config.Service || body["version"] != "1.2.3" {
		t.Errorf("%d %v", response.StatusCode, body)
	}
}
