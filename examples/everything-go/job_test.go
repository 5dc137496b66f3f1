package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/config/configtest"
	"gitlab.example.com/example-group/backend/everything-go/internal/dependencies"
	"gitlab.example.com/example-group/backend/everything-go/internal/logs"
)

func TestJob(t *testing.T) {
	for _, test := range []struct {
		name string
		work func(ctx context.Context, _ dependencies.Set, _ []string) error
		code int
		last string
	}{
		{"fine", func(ctx context.Context, _ dependencies.Set, _ []string) error { return nil }, exitOK, "job finished"},
		{"broken", func(ctx context.Context, _ dependencies.Set, _ []string) error { return errors.New("broken") }, exitFailed, "job failed"},
		{"panics", func(ctx context.Context, _ dependencies.Set, _ []string) error { panic("broken") }, exitFailed, "job failed"},
		{"ends on the signal to stop", func(ctx context.Context, _ dependencies.Set, _ []string) error { <-ctx.Done(); return nil }, exitTerminated, "stopped"},
		{"ignores the signal to stop", func(ctx context.Context, _ dependencies.Set, _ []string) error { select {} }, exitTerminated, "stopped"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			slog.SetDefault(logs.New(&out, config.Service, "1.2.3", slog.LevelInfo))
			settings, mistakes := config.Load(configtest.Lookup(nil))
			if len(mistakes) > 0 {
				t.Fatal(mistakes)
			}
			settings.Shutdown = 2 * margin
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if test.code == exitTerminated {
				cancel()
			}
			if code := job(test.work)(ctx, settings, []string{"stub"}); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; !strings.Contains(last, `"message":"`+test.last+`"`) {
				t.Errorf("the last line is %s", last)
			}
		})
	}
}
