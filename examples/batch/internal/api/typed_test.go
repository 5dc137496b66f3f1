package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/example-org/batch/internal/middleware"
	"github.com/example-org/batch/internal/problem"
)

func TestLimitsOfATypedBody(t *testing.T) {
	mux := http.NewServeMux()
	huma.Post(typed(mux), "/lengths", func(_ context.Context, input *struct{ Body []int }) (*struct{ Body int }, error) {
		return &struct{ Body int }{len(input.Body)}, nil
	})
	handler := middleware.Limit(10, time.Minute, mux)
	for _, test := range []struct {
		body   io.Reader
		status int
	}{
		{strings.NewReader(`[1, 2, 3]`), 200},
		{strings.NewReader(`[1, 2, 3, 4]`), 413},
		{iotest.ErrReader(errors.New("broken chunk")), 400},
	} {
		request, response := httptest.NewRequest("POST", "/lengths", test.body), httptest.NewRecorder()
		request.ContentLength = -1
		handler.ServeHTTP(response, request)
		if response.Code != test.status {
			t.Errorf("%d %s, want %d", response.Code, response.Body, test.status)
		}
	}
}

func TestViolations(t *testing.T) {
	for _, test := range []struct {
		location string
		message  string
		want     problem.Violation
	}{
		{"body.items[0].name", "expected length >= 1", problem.Violation{Field: "items[0].name", Rule: "expected length >= 1"}},
		{"body.items[0]", "expected required property name to be present", problem.Violation{Field: "items[0].name", Rule: "required"}},
		{"query.page", "invalid integer", problem.Violation{Field: "query.page", Rule: "invalid"}},
		{"body.site", "expected string to be RFC 3986 uri: parse secret", problem.Violation{Field: "site", Rule: "expected string to be RFC 3986 uri"}},
		{"body", "json: cannot unmarshal number 7331", problem.Violation{Rule: "invalid"}},
	} {
		detail := &huma.ErrorDetail{Location: test.location, Message: test.message, Value: "secret"}
		if got := violation(detail); got != test.want {
			t.Errorf("%s: %s gives %v", test.location, test.message, got)
		}
	}
}
