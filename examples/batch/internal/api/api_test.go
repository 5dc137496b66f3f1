package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/example-org/batch/internal/config"
	"github.com/example-org/batch/internal/config/configtest"
	"github.com/example-org/batch/internal/metrics"
	"github.com/example-org/batch/internal/requestid"
)

// send sends a request to an API with these variables, and returns the response and its JSON.
func send(t *testing.T, variables map[string]string, request *http.Request) (*http.Response, map[string]any) {
	settings, mistakes := config.Load(configtest.Lookup(variables))
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
		response, body := send(t, map[string]string{"MAX_BODY_BYTES": "10"}, request)
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

func TestPaths(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /fetch/{url}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.PathValue("url"))
	})
	mux.HandleFunc("GET /gone", http.NotFound)
	for _, test := range []struct {
		path   string
		status int
		want   string
	}{
		{"/fetch/http%3A%2F%2Fexample.com%2Fx", 200, "http://example.com/x"},
		{"/fetch/a%2F..%2Fb", 200, "a/../b"},
		{"/gone", 404, "404 page not found"},
		{"/missing", 404, "There is nothing at this path."},
		{"//", 404, "There is nothing at this path."},
		{"//gone", 404, "There is nothing at this path."},
		{"/fetch/../gone", 404, "There is nothing at this path."},
	} {
		response := httptest.NewRecorder()
		routed{mux}.ServeHTTP(response, httptest.NewRequest("GET", test.path, nil))
		if response.Code != test.status || !strings.Contains(response.Body.String(), test.want) {
			t.Errorf("%s gives %d %s", test.path, response.Code, response.Body)
		}
	}
}

func TestOverview(t *testing.T) {
	response, body := send(t, map[string]string{"SERVICE_VERSION": "1.2.3"}, httptest.NewRequest("GET", "/", nil))
	if response.StatusCode != 200 || body["service"] != config.Service || body["version"] != "1.2.3" {
		t.Errorf("%d %v", response.StatusCode, body)
	}
}
