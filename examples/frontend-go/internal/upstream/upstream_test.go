package upstream

import (
	"context"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/problem"
)

var samples = regexp.MustCompile(`dependency_requests_total\{.*outcome="(\w+)"\} 1`)

// counted are the outcomes of the calls.
func counted(m *metrics.Metrics) string {
	response := httptest.NewRecorder()
	m.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	var outcomes []string
	for _, found := range samples.FindAllStringSubmatch(response.Body.String(), -1) {
		outcomes = append(outcomes, found[1])
	}
	return strings.Join(outcomes, " ")
}

func fine(context.Context) error {
	return nil
}

func broken(context.Context) error {
	return errors.New("secret")
}

func hangs(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestBounded(t *testing.T) {
	for _, test := range []struct {
		name   string
		work   func(context.Context) error
		status int
	}{
		{"ok", fine, 0},
		{"error", broken, 502},
		{"timeout", hangs, 504},
	} {
		m := metrics.New()
		err := newCaller("stub", 50*time.Millisecond, m).Bounded(context.Background(), test.work)
		status := 0
		var seen *problem.Error
		if errors.As(err, &seen) {
			status = seen.Status
			if strings.Contains(seen.Detail, "secret") {
				t.Errorf("clients see %q", seen.Detail)
			}
		}
		if status != test.status || counted(m) != test.name {
			t.Errorf("%s gives %v, and counts %s", test.name, err, counted(m))
		}
	}
}

func TestBoundedEndsWithItsRequest(t *testing.T) {
	for _, budget := range []time.Duration{0, 50 * time.Millisecond} {
		m := metrics.New()
		ctx, cancel := context.WithTimeout(context.Background(), budget)
		err := newCaller("stub", time.Minute, m).Bounded(ctx, hangs)
		cancel()
		var failure *Failure
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &failure) || counted(m) != "" {
			t.Errorf("%v, and counts %s", err, counted(m))
		}
	}
}
