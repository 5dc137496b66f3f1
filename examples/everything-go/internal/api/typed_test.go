package api

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/danielgtaylor/huma/v2"

	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

func TestLimitsOfATypedBody(t *testing.T) {
	for _, test := range []struct {
		body   io.Reader
		status int
	}{
		{strings.NewReader(`{"name": "Ann"}`), 413},
		{iotest.ErrReader(errors.New("broken chunk")), 400},
	} {
		request := httptest.NewRequest("POST", "/greetings", test.body)
		request.ContentLength = -1
		request.Header.Set("Content-Type", "application/json")
		response, body := send(t, map[string]string{"MAX_BODY_BYTES": "10"}, request)
		if response.StatusCode != test.status {
			t.Errorf("%d %v, want %d", response.StatusCode, body, test.status)
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
