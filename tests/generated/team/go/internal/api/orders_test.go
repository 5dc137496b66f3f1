package api

import (
	"fmt"
	"net/http/httptest"
	"testing"
)

func TestOrders(t *testing.T) {
	for _, test := range []struct {
		path   string
		status int
		field  string
		want   string
	}{
		{"/orders/7", 200, "item", "tea"},
		{"/orders/8", 404, "detail", "no such order"},
		{"/orders/0", 422, "errors", "[map[field:path.id rule:expected number >= 1]]"},
		{"/orders/x", 422, "errors", "[map[field:path.id rule:invalid]]"},
		{"/greetings", 404, "detail", "There is nothing at this path."},
	} {
		response, body := send(t, nil, httptest.NewRequest("GET", test.path, nil))
		if got := fmt.Sprint(body[test.field]); response.StatusCode != test.status || got != test.want {
			t.Errorf("%s gives %d %v", test.path, response.StatusCode, body)
		}
	}
}
