package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/example-org/mail/internal/config"
	"github.com/example-org/mail/internal/config/configtest"
	"github.com/example-org/mail/internal/logs"
)

// line is one line of the log.
type line struct {
	Level   string
	Message string
	Errors  []string
	Known   []string
	Ports   map[string]int
}

func runWith(t *testing.T, variables map[string]string, args ...string) (code int, log line) {
	var out bytes.Buffer
	code = run(context.Background(), args, configtest.Lookup(variables), &out)
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatalf("%v: not one line of JSON: %s", err, out.String())
	}
	return code, log
}

func TestUnknownSubCommand(t *testing.T) {
	for _, args := range [][]string{nil, {"unknown"}, {"--help"}} {
		code, log := runWith(t, nil, args...)
		if code != exitUsage || log.Level != "error" || len(log.Known) != len(commands()) || log.Known[0] != "serve" {
			t.Errorf("%v gives %d, %+v", args, code, log)
		}
	}
}

func TestConfigurationRefused(t *testing.T) {
	for _, command := range commands() {
		code, log := runWith(t, map[string]string{"ADMIN_PORT": "none", "DRAIN_SECONDS": "61"}, command.name)
		if code != exitConfig || log.Level != "error" || log.Message != "configuration refused" || len(log.Errors) != 2 {
			t.Errorf("%s gives %d, %+v", command.name, code, log)
		}
	}
}

func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	code, log := runWith(t, map[string]string{"ADMIN_PORT": port}, "serve")
	if code != exitFailed || log.Level != "error" || log.Message != "port unavailable" {
		t.Errorf("%d, %+v", code, log)
	}
}

// background serves until stop; log returns the lines, and code the exit code.
func background(t *testing.T, settings config.Config) (log <-chan line, stop func(), code <-chan int) {
	reader, writer := io.Pipe()
	slog.SetDefault(logs.New(writer, config.Service, "1.2.3", slog.LevelInfo))
	lines := make(chan line, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			var one line
			if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
				t.Error(err)
			}
			lines <- one
		}
	}()
	ctx, stop := context.WithCancel(context.Background())
	codes := make(chan int, 1)
	go func() {
		codes <- serve(ctx, settings, nil)
		writer.Close()
	}()
	return lines, stop, codes
}

func status(t *testing.T, port int, path string) int {
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", port, path))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestServeFromStartToStop(t *testing.T) {
	settings := config.Config{Request: time.Minute, Shutdown: time.Minute, Drain: 30 * time.Second}
	settings.Ports = []config.Port{
		{Name: "one", Number: 0},
		{Name: "two", Number: 0},
	}
	log, stop, code := background(t, settings)
	ports := (<-log).Ports // of the line "started"
	for _, name := range []string{"one", "two", "admin"} {
		if status := status(t, ports[name], "/missing"); status != 404 {
			t.Errorf("port %s responds with %d", name, status)
		}
	}
	if status := status(t, ports["admin"], "/readyz"); status != 200 {
		t.Errorf("/readyz responds with %d", status)
	}

	kept, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports["one"])) // to keep the drain running
	if err != nil {
		t.Fatal(err)
	}
	stop()
	for one := range log {
		if one.Message == "draining" {
			break
		}
	}
	if status := status(t, ports["admin"], "/readyz"); status != 503 {
		t.Errorf("/readyz responds %d while draining", status)
	}
	if status := status(t, ports["two"], "/missing"); status != 404 {
		t.Errorf("port two responds %d while draining", status)
	}
	kept.Close()
	var last line
	for last = range log {
	}
	if code := <-code; code != exitOK || last.Message != "stopped" {
		t.Errorf("exit code %d after %+v", code, last)
	}
}

func TestStopDuringTheStart(t *testing.T) {
	log, stop, code := background(t, config.Config{Shutdown: time.Minute, StartupDelay: time.Hour})
	stop()
	for _, message := range []string{"draining", "stopped"} {
		if line := <-log; line.Message != message {
			t.Errorf("%+v, want %s", line, message)
		}
	}
	if code := <-code; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}
