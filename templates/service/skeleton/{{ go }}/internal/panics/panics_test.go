package panics

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func caught(work func() error) (err error) {
	defer Catch(&err)
	return work()
}

func TestCatch(t *testing.T) {
	if err := caught(func() error { return nil }); err != nil {
		t.Error(err)
	}
	plain := errors.New("plain")
	if err := caught(func() error { return plain }); err != plain {
		t.Error(err)
	}
	err := caught(func() error { panic("broken") })
	if err == nil || err.Error() != "panic: broken" {
		t.Error(err)
	}
}

func TestAttrs(t *testing.T) {
	if attrs := fmt.Sprint(Attrs(errors.New("plain"))); attrs != "[error plain]" {
		t.Error(attrs)
	}
	wrapped := fmt.Errorf("in here: %w", caught(func() error { panic("broken") }))
	attrs := Attrs(wrapped)
	if len(attrs) != 4 || attrs[2] != "stack" || !strings.Contains(attrs[3].(string), "TestAttrs") {
		t.Error(attrs...)
	}
}
