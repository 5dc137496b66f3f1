package secret

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const inFile = "S3cr3t-f1le"

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, path string) *File {
	t.Helper()
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// logged returns what is logged from now on.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	before, out := slog.Default(), &bytes.Buffer{}
	slog.SetDefault(slog.New(slog.NewJSONHandler(out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return out
}

func TestNothingPrintsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, inFile+"\r\n")
	file, out := opened(t, path), logged(t)
	if file.Reveal() != inFile {
		t.Errorf("%q", file.Reveal())
	}
	for _, value := range []any{file, struct{ hidden *File }{file}, struct{ Shown *File }{file}} {
		fmt.Fprintf(out, "%v %+v %#v %s %q %x", value, value, value, value, value, value)
		slog.Error("broken", "value", value)
	}
	if strings.Contains(out.String(), inFile) || strings.Contains(out.String(), fmt.Sprintf("%x", inFile)) {
		t.Error(out.String())
	}
}

func TestAFileWithoutATextIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Open(path); err == nil {
		t.Error("a missing file is accepted")
	}
	for _, text := range []string{"", "\n", inFile + "\xff"} {
		write(t, path, text)
		if _, err := Open(path); err == nil || strings.Contains(err.Error(), inFile) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

// Kubernetes replaces the link ..data in one step.
func TestARotatedFileIsReadAgain(t *testing.T) {
	folder := t.TempDir()
	for version, text := range map[string]string{"..1": "old\n", "..2": "new\n"} {
		if err := os.Mkdir(filepath.Join(folder, version), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, version, "key"), text)
	}
	data, path := filepath.Join(folder, "..data"), filepath.Join(folder, "key")
	link(t, "..1", data)
	link(t, "..data/key", path)
	file := opened(t, path)
	if file.Reveal() != "old" {
		t.Errorf("%q at first", file.Reveal())
	}
	link(t, "..2", data+"-next")
	if err := os.Rename(data+"-next", data); err != nil {
		t.Fatal(err)
	}
	if file.Reveal() != "new" {
		t.Errorf("%q after the rotation", file.Reveal())
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestAnUnreadableFileKeepsTheLastText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, inFile)
	file, out := opened(t, path), logged(t)
	for _, text := range []string{"", "\n", "\xff" + inFile} {
		write(t, path, text)
		if file.Reveal() != inFile {
			t.Errorf("%q gives %q", text, file.Reveal())
		}
	}
	os.Remove(path)
	if file.Reveal() != inFile {
		t.Errorf("%q without the file", file.Reveal())
	}
	if strings.Count(out.String(), "secret unreadable") != 1 || !strings.Contains(out.String(), path) || strings.Contains(out.String(), inFile) {
		t.Error(out.String())
	}
	write(t, path, "next")
	if file.Reveal() != "next" {
		t.Errorf("%q after a new file", file.Reveal())
	}
}
