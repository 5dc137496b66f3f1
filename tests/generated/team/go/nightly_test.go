package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/example-org/batch/internal/config/configtest"
)

func TestNightly(t *testing.T) {
	var out bytes.Buffer
	code := run(context.Background(), []string{"nightly"}, configtest.Lookup(nil), &out)
	if code != exitOK || !strings.Contains(out.String(), `"orders":1`) {
		t.Errorf("%d %s", code, out.String())
	}
}
