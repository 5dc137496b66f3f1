package admin

import (
	"net/http/httptest"
	"strings"
	"testing"

	"gitlab.com/example-org/frontend-go/internal/health"
	"gitlab.com/example-org/frontend-go/internal/metrics"
)

func TestProbes(t *testing.T) {
	nothing := func(*health.State) {}
	for _, test := range []struct {
		name   string
		change func(*health.State)
		livez  string
		start  string
		readyz string
	}{
		{"starting", nothing, "200 ok", "503 starting", "503 starting"},
		{"ready", (*health.State).Start, "200 ok", "200 ok", "200 ok"},
		{"draining", (*health.State).Drain, "200 ok", "200 ok", "503 draining"},
	} {
		state := &health.State{}
		handler := New(state, metrics.New(), nil)
		if test.name == "draining" {
			state.Start()
		}
		test.change(state)
		for _, probe := range [][2]string{
			{"/livez", test.livez},
			{"/startupz", test.start},
			{"/readyz", test.readyz},
		} {
			response := httptest.NewRecorder()
			handler.ServeHTTP(response, httptest.NewRequest("GET", probe[0], nil))
			status, body, _ := strings.Cut(probe[1], " ")
			if got := response.Result().Status[:3]; got != status {
				t.Errorf("%s: %s responds with %s, want %s", test.name, probe[0], got, status)
			}
			if want := `{"status":"` + body + `"}`; strings.TrimSpace(response.Body.String()) != want {
				t.Errorf("%s: %s responds with %s, want %s", test.name, probe[0], response.Body, want)
			}
		}
	}
}

func TestStopDuringTheStart(t *testing.T) {
	state := &health.State{}
	state.Drain()
	handler := New(state, metrics.New(), nil)
	for _, path := range []string{"/startupz", "/readyz"} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest("GET", path, nil))
		if response.Code != 503 {
			t.Errorf("%s responds with %d, want 503", path, response.Code)
		}
	}
}

func TestMetrics(t *testing.T) {
	response := httptest.NewRecorder()
	New(&health.State{}, metrics.New(), nil).ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(response.Body.String(), "\nprocess_cpu_seconds_total ") {
		t.Errorf("no process metrics in %s", response.Body)
	}
}

func TestOpenAPI(t *testing.T) {
	response := httptest.NewRecorder()
	handler := New(&health.State{}, metrics.New(), []byte("{}\n"))
	handler.ServeHTTP(response, httptest.NewRequest("GET", "/openapi.json", nil))
	if kind := response.Header().Get("Content-Type"); response.Body.String() != "{}\n" || kind != "application/json" {
		t.Errorf("%s %s", kind, response.Body)
	}
}
