package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "S3cr3t-c4nary"

func TestNothingPrintsAText(t *testing.T) {
	text := New(canary)
	if text.Reveal() != canary || (Text{}).Reveal() != "" {
		t.Error("Reveal returns another text")
	}
	type private struct{ hidden Text }
	type public struct{ Shown Text }
	for _, value := range []any{text, &text, public{text}, &public{text}, private{text}, []Text{text}} {
		checkMasked(t, value, canary)
	}
}

// checkMasked prints the value in every way.
func checkMasked(t *testing.T, value any, text string) {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&out, verb+"\n", value)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Error("broken", "value", value)
	slog.New(slog.NewTextHandler(&out, nil)).Error("broken", "value", value)
	if err := json.NewEncoder(&out).Encode(value); err != nil {
		t.Error(err)
	}
	if strings.Contains(out.String(), text) || strings.Contains(out.String(), fmt.Sprintf("%x", text)) {
		t.Errorf("%T shows its text: %s", value, out.String())
	}
}
