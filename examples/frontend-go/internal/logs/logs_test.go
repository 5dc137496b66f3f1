package logs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"testing"

	"gitlab.com/example-org/frontend-go/internal/requestid"
)

func TestFields(t *testing.T) {
	var out bytes.Buffer
	logger := New(&out, "orders", "1.2.3", slog.LevelInfo)
	ctx := requestid.With(context.Background(), "abc")

	logger.DebugContext(ctx, "not logged")
	logger.WarnContext(ctx, "line one\nline two", "error", errors.New("broken"))

	if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != 1 {
		t.Fatalf("%d lines: %s", lines, out.String())
	}
	var line map[string]string
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(line["timestamp"]) {
		t.Errorf("timestamp %q", line["timestamp"])
	}
	delete(line, "timestamp")
	want := map[string]string{
		"level":      "warn",
		"message":    "line one\nline two",
		"service":    "orders",
		"version":    "1.2.3",
		"request_id": "abc",
		"error":      "broken",
	}
	if !maps.Equal(line, want) {
		t.Errorf("%v, want %v", line, want)
	}
}

func TestOwnFieldsKeepTheirNames(t *testing.T) {
	var out bytes.Buffer
	logger := New(&out, "orders", "1.2.3", slog.LevelInfo)

	logger.With("a", 1).WithGroup("g").Info("grouped", "time", "noon", "level", "high", "msg", "hello")

	var line struct{ G map[string]string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if keys := slices.Sorted(maps.Keys(line.G)); !slices.Equal(keys, []string{"level", "msg", "time"}) {
		t.Errorf("%v in %s", keys, out.String())
	}
}
