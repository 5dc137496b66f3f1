package problem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gitlab.com/example-org/frontend-go/internal/requestid"
)

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		err    error
		status int
		logged bool
	}{
		{"visible", New(http.StatusConflict, "taken"), 409, false},
		{"wrapped", fmt.Errorf("in here: %w", New(http.StatusConflict, "taken")), 409, false},
		{"body too large", &http.MaxBytesError{Limit: 3}, 413, false},
		{"too long", context.DeadlineExceeded, 504, false},
		{"client gone", context.Canceled, StatusClientClosed, false},
		{"unexpected", errors.New("secret"), 500, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var logged bytes.Buffer
			usual := slog.Default()
			defer slog.SetDefault(usual)
			slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
			request := httptest.NewRequest("GET", "/", nil)
			request = request.WithContext(requestid.With(request.Context(), "abc"))
			response := httptest.NewRecorder()

			Handler(func(http.ResponseWriter, *http.Request) error { return test.err }).ServeHTTP(response, request)

			if response.Code != test.status {
				t.Errorf("status %d, want %d", response.Code, test.status)
			}
			if kind := response.Header().Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %q", kind)
			}
			if strings.Contains(response.Body.String(), "secret") {
				t.Errorf("internals shown: %s", response.Body)
			}
			if strings.Contains(logged.String(), "secret") != test.logged {
				t.Errorf("logged: %s", logged.String())
			}
			var body map[string]any
			if err := json.Unmarshal(response.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if body["type"] != "about:blank" || body["status"] != float64(test.status) || body["request_id"] != "abc" {
				t.Errorf("body %v", body)
			}
		})
	}
}
