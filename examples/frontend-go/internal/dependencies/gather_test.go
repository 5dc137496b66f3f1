package dependencies

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"gitlab.com/example-org/frontend-go/internal/metrics"
)

type stub func(context.Context) (string, error)

func (s stub) Ask(ctx context.Context) (string, error) {
	return s(ctx)
}

func (s stub) Fallback() string {
	return "fallback"
}

var (
	fine    stub = func(context.Context) (string, error) { return "fine", nil }
	broken  stub = func(context.Context) (string, error) { return "", errors.New("broken") }
	crashes stub = func(context.Context) (string, error) { panic("broken") }
	hangs   stub = func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }
)

func TestGather(t *testing.T) {
	for _, test := range []struct {
		name string
		all  []dependency
		want string
	}{
		{"none", nil, `{"ByName":{},"Degraded":[]}`},
		{"all fine", []dependency{critical("a", fine), auxiliary("b", fine)}, `{"ByName":{"a":"fine","b":"fine"},"Degraded":[]}`},
		{"auxiliary broken", []dependency{critical("a", fine), auxiliary("b", broken)}, `{"ByName":{"a":"fine","b":"fallback"},"Degraded":["b"]}`},
		{"auxiliary panics", []dependency{auxiliary("b", crashes)}, `{"ByName":{"b":"fallback"},"Degraded":["b"]}`},
		{"in order", []dependency{auxiliary("z", broken), auxiliary("b", broken)}, `{"ByName":{"b":"fallback","z":"fallback"},"Degraded":["z","b"]}`},
		{"critical broken", []dependency{critical("a", broken), auxiliary("b", fine)}, ""},
		{"critical panics", []dependency{critical("a", crashes)}, ""},
		{"critical broken, another hangs", []dependency{critical("a", hangs), auxiliary("b", hangs), critical("c", broken)}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			answers, err := gather(ctx, test.all, metrics.New())
			if ctx.Err() != nil {
				t.Fatal("it waited for one that hangs")
			}
			if (err != nil) != (test.want == "") {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(answers); err == nil && string(got) != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestGatherEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if answers, err := gather(ctx, []dependency{auxiliary("a", hangs)}, metrics.New()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", answers, err)
	}
}
