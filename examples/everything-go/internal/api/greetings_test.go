package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGreetings(t *testing.T) {
	for _, test := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"name": "Ann"}`, 200, "Hello, Ann!"},
		{`{"name": "Ann", "language": "fr"}`, 200, "Bonjour, Ann !"},
		{`{"name": "Ann", "language": "es"}`, 200, "¡Hola, Ann!"},
		{`{"name": "` + strings.Repeat("ü", 100) + `"}`, 200, "Hello, " + strings.Repeat("ü", 100) + "!"},
		{`{"name": "Ann", "language": "tlh"}`, 422, "no greeting in this language"},
	} {
		request := httptest.NewRequest("POST", "/greetings", strings.NewReader(test.body))
		request.Header.Set("Content-Type", "application/json")
		response, body := send(t, nil, request)
		if response.StatusCode != test.status || body["greeting"] != test.want && body["detail"] != test.want {
			t.Errorf("%s gives %d %v", test.body, response.StatusCode, body)
		}
	}
}

func TestGreetingsRefuse(t *testing.T) {
	for _, test := range []struct {
		kind   string
		body   string
		status int
		errors string
	}{
		{"application/json", `{"name": ""}`, 422, "name: expected length >= 1"},
		{"application/json", `{"name": "` + strings.Repeat("x", 101) + `"}`, 422, "name: expected length <= 100"},
		{"application/json", `{"name": 7331}`, 422, "name: expected string"},
		{"application/json", `{"language": "en"}`, 422, "name: required"},
		{"application/json", `[]`, 422, ": expected object"},
		{"application/json", `{"name": "secret`, 400, ""},
		{"text/plain", `{"name": "secret"}`, 415, ""},
		{"application/json", ``, 400, ""},
	} {
		request := httptest.NewRequest("POST", "/greetings", strings.NewReader(test.body))
		request.Header.Set("Content-Type", test.kind)
		response, body := send(t, nil, request)
		if kind := response.Header.Get("Content-Type"); response.StatusCode != test.status || kind != "application/problem+json" {
			t.Errorf("%s gives %d %s", test.body, response.StatusCode, kind)
		}
		if fields := fmt.Sprint(body["errors"]); test.errors != "" && fields != violated(test.errors) {
			t.Errorf("%s gives %s, want %s", test.body, fields, violated(test.errors))
		}
		if shown := fmt.Sprint(body); strings.Contains(shown, "secret") || strings.Contains(shown, "7331") {
			t.Errorf("%s is shown in %s", test.body, shown)
		}
	}
}

// violated is how fmt writes the only entry of errors.
func violated(text string) string {
	field, rule, _ := strings.Cut(text, ": ")
	return fmt.Sprintf("[map[field:%s rule:%s]]", field, rule)
}
