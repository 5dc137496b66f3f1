package secret

import (
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"unicode/utf8"
)

// File is a secret in a file, which Kubernetes replaces while the service runs.
type File struct {
	mask
	path   string
	mutex  sync.Mutex
	text   *string
	failed bool
}

// Open reads the file for the first time. It fails if the file has no text.
func Open(path string) (*File, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	return &File{path: path, text: &text}, nil
}

// Reveal returns the present text of the file, or the last one while the file can't be read. Do not keep or format it.
func (f *File) Reveal() string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	text, err := read(f.path)
	if err == nil {
		f.text = &text
	} else if !f.failed { // one line, even if every request reads it
		slog.Warn("secret unreadable", "path", f.path, "error", err)
	}
	f.failed = err != nil
	return *f.text
}

// read reads the file each time: it is small, in memory, and a link can lead to another one.
func read(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the path is a setting
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(content), "\r\n")
	if text == "" {
		return "", errors.New("empty")
	}
	if !utf8.ValidString(text) {
		return "", errors.New("not UTF-8")
	}
	return text, nil
}
