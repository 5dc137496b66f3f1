package middleware

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/example-org/mail/internal/logs"
	"github.com/example-org/mail/internal/metrics"
	"github.com/example-org/mail/internal/problem"
	"github.com/example-org/mail/internal/requestid"
)

func TestRequestID(t *testing.T) {
	var inside string
	handler := RequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inside = requestid.From(r.Context())
	}))
	for _, test := range []struct {
		given string
		kept  bool
	}{
		{"abc", true},
		{"", false},
		{"no spaces", false},
	} {
		request, response := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		request.Header.Set(requestid.Header, test.given)
		handler.ServeHTTP(response, request)
		echoed := response.Header().Get(requestid.Header)
		if echoed == "" || echoed != inside || (echoed == test.given) != test.kept {
			t.Errorf("%q is %q inside and %q in the response", test.given, inside, echoed)
		}
	}
}

func TestObserve(t *testing.T) {
	var logged bytes.Buffer
	usual := slog.Default()
	defer slog.SetDefault(usual)
	slog.SetDefault(logs.New(&logged, "orders", "1.2.3", slog.LevelInfo))
	m := metrics.New()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	handler := RequestID(Observe(m, Limit(10, time.Minute, mux)))
	request := httptest.NewRequest("GET", "/orders/7?token=secret", nil)
	request.Header.Set(requestid.Header, "abc")

	handler.ServeHTTP(httptest.NewRecorder(), request)

	var line map[string]any
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	took, measured := line["duration_ms"].(float64)
	if line["message"] != "request" || line["request_id"] != "abc" || line["method"] != "GET" ||
		line["path"] != "/orders/7" || line["status"] != 418.0 || !measured || took <= 0 {
		t.Errorf("%s", logged.String())
	}
	response := httptest.NewRecorder()
	m.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`http_requests_total{method="GET",route="/orders/{id}",status="418"} 1`,
		`http_requests_in_flight 0`,
	} {
		if !strings.Contains(response.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestRoute(t *testing.T) {
	for pattern, want := range map[string]string{
		"GET /{$}":         "/",
		"GET /orders/{id}": "/orders/{id}",
		"/any/{id}":        "/any/{id}",
		"":                 "unmatched",
	} {
		if got := route(&http.Request{Pattern: pattern}); got != want {
			t.Errorf("%q is %q, want %q", pattern, got, want)
		}
	}
}

func TestRecover(t *testing.T) {
	var logged bytes.Buffer
	usual := slog.Default()
	defer slog.SetDefault(usual)
	slog.SetDefault(logs.New(&logged, "orders", "1.2.3", slog.LevelInfo))
	response := httptest.NewRecorder()

	Recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("secret")
	})).ServeHTTP(response, httptest.NewRequest("GET", "/", nil))

	if response.Code != 500 || strings.Contains(response.Body.String(), "secret") {
		t.Errorf("%d %s", response.Code, response.Body)
	}
	var line map[string]any
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	stack, _ := line["stack"].(string)
	if line["error"] != "panic: secret" || !strings.Contains(stack, "TestRecover") {
		t.Errorf("%s", logged.String())
	}
}

func TestRecoverBreaksOffWhatHasBegun(t *testing.T) {
	server := httptest.NewServer(Recover(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		http.NewResponseController(w).Flush()
		panic("broken")
	})))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the client can't see that half of the response is missing")
	}
}

// limited reads whole request bodies of at most 10 bytes, within half a second.
func limited(t *testing.T) *httptest.Server {
	server := httptest.NewServer(Limit(10, 500*time.Millisecond, problem.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(io.Discard, r.Body)
		return err
	})))
	t.Cleanup(server.Close)
	return server
}

// chunked hides the length of a reader.
type chunked struct{ io.Reader }

func TestLimitOfBytes(t *testing.T) {
	server := limited(t)
	for _, test := range []struct {
		name   string
		body   io.Reader
		status int
	}{
		{"none", nil, 200},
		{"as long as allowed", strings.NewReader("0123456789"), 200},
		{"chunks, as long as allowed", chunked{strings.NewReader("0123456789")}, 200},
		{"one byte more", strings.NewReader("0123456789a"), 413},
		{"chunks, one byte more", chunked{strings.NewReader("0123456789a")}, 413},
		{"much more", bytes.NewReader(make([]byte, 8<<20)), 413},
		{"chunks, much more", chunked{bytes.NewReader(make([]byte, 8<<20))}, 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, err := http.Post(server.URL, "text/plain", test.body)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.StatusCode != test.status {
				t.Errorf("status %d, want %d", response.StatusCode, test.status)
			}
		})
	}
}

// open is a body that notes whether it was closed.
type open struct {
	*strings.Reader
	closed bool
}

func (o *open) Close() error {
	o.closed = true
	return nil
}

// huma closes what it reads. The rest of a rejected body is read nevertheless.
func TestARejectedBodyIsReadAfterItsClose(t *testing.T) {
	body := &open{Reader: strings.NewReader("0123456789" + strings.Repeat("x", 1000))}
	request := httptest.NewRequest("POST", "/", body)
	request.ContentLength = -1
	Limit(10, time.Minute, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	})).ServeHTTP(httptest.NewRecorder(), request)
	if body.closed || body.Len() > 0 {
		t.Errorf("closed %v, and %d bytes are unread", body.closed, body.Len())
	}
}

func TestLimitOfTime(t *testing.T) {
	began := time.Now()
	reader, writer := io.Pipe()
	defer writer.Close()
	go writer.Write([]byte("half"))
	response, err := http.Post(limited(t).URL, "text/plain", reader)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if took := time.Since(began); response.StatusCode != 408 || took > 10*time.Second {
		t.Errorf("status %d after %v", response.StatusCode, took)
	}
}

func TestTimeIsGivenToTheHandler(t *testing.T) {
	var err error
	Limit(10, time.Millisecond, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		err = r.Context().Err()
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
