package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
	"gitlab.example.com/example-group/backend/everything-go/internal/requestid"
)

func get(t *testing.T, timeout time.Duration, handler http.HandlerFunc) (Answer, error) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	target, _ := url.Parse(server.URL)
	ctx := requestid.With(context.Background(), "abc")
	return NewHTTP("stub", config.HTTP{URL: target, Timeout: timeout}, metrics.New()).Get(ctx)
}

func TestResponses(t *testing.T) {
	for _, test := range []struct{ contentType, body, want string }{
		{"application/json", `{"a": [1, 2.50]}`, `{"a": [1, 2.50]}`},
		{"application/problem+json; charset=utf-8", "3", "3"},
		{"text/plain", `say "hi"`, `"say \"hi\""`},
		{"text/plain", "", `""`},
	} {
		result, err := get(t, time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", test.contentType)
			fmt.Fprint(w, test.body)
		})
		if err != nil || string(result) != test.want {
			t.Errorf("%s %s gives %s, %v", test.contentType, test.body, result, err)
		}
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		timeout bool
		handler http.HandlerFunc
	}{
		{"server error", false, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }},
		{"client error", false, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }},
		{"redirect", false, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }},
		{"broken JSON", false, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"a":`)
		}},
		{"no text", false, func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte{0xff, 0xfe})
		}},
		{"too large", false, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Repeat("x", maxResponseBytes+1))
		}},
		{"cut off", false, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "short")
		}},
		{"silent", true, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"drop by drop", true, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, "x")
				http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			timeout := time.Minute
			if test.timeout {
				timeout = 100 * time.Millisecond
			}
			began := time.Now()
			result, err := get(t, timeout, test.handler)
			var failure *Failure
			if !errors.As(err, &failure) || failure.Dependency != "stub" || failure.Timeout != test.timeout {
				t.Errorf("%s, %v", result, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.Path, " ", r.Header.Get(requestid.Header))
	}))
	defer server.Close()
	target, _ := url.Parse(server.URL + "/base")
	client := NewHTTP("stub", config.HTTP{URL: target, Timeout: time.Minute}, metrics.New())
	ctx := requestid.With(context.Background(), "abc")
	for _, test := range []struct {
		path []string
		want string
	}{
		{nil, `"/base abc"`},
		{[]string{"orders", "1"}, `"/base/orders/1 abc"`},
	} {
		if result, err := client.Get(ctx, test.path...); string(result) != test.want {
			t.Errorf("path %v gives %s, %v", test.path, result, err)
		}
	}
}

func TestPost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			time.Sleep(300 * time.Millisecond)
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, r.Method, " ", r.URL.Path, " ", r.Header.Get("Content-Type"), " ", string(body))
	}))
	defer server.Close()
	target, _ := url.Parse(server.URL)
	orders := NewHTTP("stub", config.HTTP{URL: target, Timeout: 100 * time.Millisecond}, metrics.New())

	result, err := orders.Post(context.Background(), map[string]int{"id": 7}, "orders")
	if want := `"POST /orders application/json {\"id\":7}"`; string(result) != want || err != nil {
		t.Errorf("%s, %v, want %s", result, err, want)
	}

	_, err = orders.Post(context.Background(), nil, "slow")
	var failure *Failure
	if !errors.As(err, &failure) || !failure.Timeout {
		t.Errorf("a slow one gives %v", err)
	}
}
