package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/config/configtest"
	"gitlab.com/example-org/frontend-go/internal/dependencies"
	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/requestid"
)

// send sends a request to an API with these variables, and returns the response and its JSON.
func send(t *testing.T, variables map[string]string, request *http.Request) (*http.Response, map[string]any) {
	settings, mistakes := config.Load(configtest.Lookup(variables))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	m := metrics.New()
	recorder := httptest.NewRecorder()
	New(settings, dependencies.New(settings.Upstreams, m), m).ServeHTTP(recorder, request)
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

// The environment variable of each dependency, and the effect of its failure.
var upstreams = []struct {
	name     string
	variable string
	critical bool
	tcp      bool
}{
	{"mail", "MAIL", true, false},
	{"weather", "WEATHER", false, false},
}

// at returns the variables that point every dependency to one server.
func at(server *httptest.Server) map[string]string {
	variables := map[string]string{"REQUEST_SECONDS": "60"}
	for _, one := range upstreams {
		lead(variables, one.variable, one.tcp, server)
		variables[one.variable+"_TIMEOUT_SECONDS"] = "30"
	}
	return variables
}

func lead(variables map[string]string, variable string, tcp bool, server *httptest.Server) {
	variables[variable+"_URL"] = server.URL
	if tcp {
		variables[variable+"_URL"] = server.Listener.Addr().String()
	}
}

func TestOverview(t *testing.T) {
	healthy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "fine, ", r.Header.Get(requestid.Header))
	}))
	defer healthy.Close()
	request := httptest.NewRequest("GET", "/", nil)
	request.Header.Set(requestid.Header, "abc")
	variables := at(healthy)
	variables["SERVICE_VERSION"] = "1.2.3"

	response, body := send(t, variables, request)

	if response.StatusCode != 200 || body["service"] != config.Service || body["version"] != "1.2.3" {
		t.Errorf("%d %v", response.StatusCode, body)
	}
	if degraded, _ := body["degraded"].([]any); degraded == nil || len(degraded) > 0 {
		t.Errorf("degraded: %v", body["degraded"])
	}
	results, _ := body["dependencies"].(map[string]any)
	for _, one := range upstreams {
		want := "fine, abc"
		if one.tcp {
			want = "map[reachable:true]"
		}
		if got := fmt.Sprint(results[one.name]); got != want {
			t.Errorf("%s gives %s", one.name, got)
		}
	}
}

// Each dependency fails in each way, while the others work.
func TestFailures(t *testing.T) {
	healthy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer healthy.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, one := range upstreams {
		for _, failure := range []struct {
			name   string
			server *httptest.Server
			status int
		}{
			{"closed", closed, 502},
			{"slow", slow, 504},
		} {
			if one.tcp && failure.server == slow {
				continue // it accepts connections
			}
			t.Run(one.name+" "+failure.name, func(t *testing.T) {
				variables := at(healthy)
				lead(variables, one.variable, one.tcp, failure.server)
				if failure.server == slow {
					variables[one.variable+"_TIMEOUT_SECONDS"] = "0.1"
				}
				began := time.Now()
				response, body := send(t, variables, httptest.NewRequest("GET", "/", nil))
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("it took %v", took)
				}
				if one.critical {
					if response.StatusCode != failure.status || !strings.Contains(fmt.Sprint(body["detail"]), one.name) {
						t.Errorf("%d %v, want %d", response.StatusCode, body, failure.status)
					}
					return
				}
				results, _ := body["dependencies"].(map[string]any)
				result, there := results[one.name]
				if response.StatusCode != 200 || !there || result != nil || fmt.Sprint(body["degraded"]) != "["+one.name+"]" {
					t.Errorf("%d %v", response.StatusCode, body)
				}
			})
		}
	}
}
