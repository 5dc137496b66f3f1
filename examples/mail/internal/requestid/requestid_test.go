package requestid

import (
	"context"
	"regexp"
	"strings"
	"testing"
)

func TestAccept(t *testing.T) {
	for _, test := range []struct {
		given string
		kept  bool
	}{
		{"abc-DEF_1.2", true},
		{strings.Repeat("x", 64), true},
		{strings.Repeat("x", 65), false},
		{"", false},
		{"a b", false},
		{"a\n", false},
		{"é", false},
	} {
		id := Accept(test.given)
		if kept := id == test.given; kept != test.kept {
			t.Errorf("Accept(%q) = %q", test.given, id)
		}
		if !test.kept && !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) {
			t.Errorf("Accept(%q) made %q, which is not 32 hexadecimal digits", test.given, id)
		}
	}
}

func TestNewIsUnique(t *testing.T) {
	if a, b := New(), New(); a == b {
		t.Errorf("the same id twice: %s", a)
	}
}

func TestContext(t *testing.T) {
	ctx := context.Background()
	if id := From(ctx); id != "" {
		t.Errorf("an empty context carries %q", id)
	}
	if id := From(With(ctx, "abc")); id != "abc" {
		t.Errorf("From(With(abc)) = %q", id)
	}
}
