package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"gitlab.example.com/example-group/backend/everything-go/internal/api"
)

var write = flag.Bool("write-openapi", false, "write openapi.json")

func TestOpenAPI(t *testing.T) {
	document, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	if *write {
		if err := os.WriteFile("openapi.json", document, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(document, openapi) {
		t.Error("openapi.json differs from the routes; run: make openapi")
	}
}
