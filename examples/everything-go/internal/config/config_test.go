package config

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/config/configtest"
)

func load(variables map[string]string) (Config, []string) {
	return Load(configtest.Lookup(variables))
}

func TestDefaults(t *testing.T) {
	config, mistakes := load(nil)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if config.Version != "0.0.0" || config.LogLevel != slog.LevelInfo {
		t.Errorf("version %q, level %v", config.Version, config.LogLevel)
	}
	if len(config.Ports) != 3 || config.Ports[0] != (Port{"http", 8080}) || config.AdminPort != 9100 {
		t.Errorf("ports %v, admin port %d", config.Ports, config.AdminPort)
	}
	if config.Shutdown != 60*time.Second || config.Drain >= config.Shutdown {
		t.Errorf("shutdown %v, drain %v", config.Shutdown, config.Drain)
	}
}

func TestEnvironment(t *testing.T) {
	config, mistakes := load(map[string]string{
		"LOG_LEVEL":             "error",
		"SERVICE_VERSION":       "1.2.3",
		"ADMIN_PORT":            "9999",
		"SHUTDOWN_SECONDS":      "9",
		"DRAIN_SECONDS":         "0.5",
		"REQUEST_SECONDS":       "1.25",
		"MAX_BODY_BYTES":        "10",
		"STARTUP_DELAY_SECONDS": "3",
	})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if config.LogLevel != slog.LevelError || config.Version != "1.2.3" || config.AdminPort != 9999 ||
		config.Shutdown != 9*time.Second || config.Drain != 500*time.Millisecond ||
		config.Request != 1250*time.Millisecond || config.MaxBodyBytes != 10 || config.StartupDelay != 3*time.Second {
		t.Errorf("%+v", config)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range [][2]string{
		{"LOG_LEVEL", "loud"},
		{"LOG_LEVEL", ""},
		{"PORT_HTTP", "70000"},
		{"PORT_INTERNAL", "70000"},
		{"PORT_PARTNER", "70000"},
		{"ADMIN_PORT", "0"},
		{"ADMIN_PORT", "8080"},
		{"SHUTDOWN_SECONDS", "soon"},
		{"SHUTDOWN_SECONDS", "1.5"},
		{"SHUTDOWN_SECONDS", "3601"},
		{"DRAIN_SECONDS", "-1"},
		{"DRAIN_SECONDS", "60"},
		{"REQUEST_SECONDS", "0"},
		{"REQUEST_SECONDS", "NaN"},
		{"REQUEST_SECONDS", "1e2"},
		{"MAX_BODY_BYTES", "1MiB"},
		{"MAX_BODY_BYTES", "99999999999999999999"},
		{"STARTUP_DELAY_SECONDS", "Inf"},
		{"LEDGER_TIMEOUT_SECONDS", "0"},
		{"LEDGER_URL", "somewhere:80"},
		{"LEDGER_URL", "http://"},
		{"LEDGER_URL", "ftp://somewhere"},
		{"LEDGER_URL", "http://somewhere:70000"},
		{"DATABASE_TIMEOUT_SECONDS", "0"},
		{"DATABASE_URL", "somewhere"},
		{"DATABASE_URL", "somewhere:0"},
		{"DATABASE_URL", "http://somewhere:1"},
		{"CACHE_TIMEOUT_SECONDS", "0"},
		{"CACHE_URL", "somewhere"},
		{"CACHE_URL", "somewhere:0"},
		{"CACHE_URL", "http://somewhere:1"},
		{"TAX_TIMEOUT_SECONDS", "0"},
		{"TAX_URL", "somewhere:80"},
		{"TAX_URL", "http://"},
		{"TAX_URL", "ftp://somewhere"},
		{"TAX_URL", "http://somewhere:70000"},
		{"EXCHANGE_RATES_TIMEOUT_SECONDS", "0"},
		{"EXCHANGE_RATES_URL", "somewhere:80"},
		{"EXCHANGE_RATES_URL", "http://"},
		{"EXCHANGE_RATES_URL", "ftp://somewhere"},
		{"EXCHANGE_RATES_URL", "http://somewhere:70000"},
		{"TYPE_TIMEOUT_SECONDS", "0"},
		{"TYPE_URL", "somewhere:80"},
		{"TYPE_URL", "http://"},
		{"TYPE_URL", "ftp://somewhere"},
		{"TYPE_URL", "http://somewhere:70000"},
	} {
		variable, value := test[0], test[1]
		_, mistakes := load(map[string]string{variable: value})
		if len(mistakes) != 1 {
			t.Errorf("%s=%s gives %q, want one mistake", variable, value, mistakes)
			continue
		}
		if !strings.HasPrefix(mistakes[0], variable+" must be ") {
			t.Errorf("%s=%s gives %q", variable, value, mistakes[0])
		}
	}
}

func TestEveryMistakeIsNamed(t *testing.T) {
	_, mistakes := load(map[string]string{
		"LOG_LEVEL":        "loud",
		"ADMIN_PORT":       "none",
		"SHUTDOWN_SECONDS": "0",
	})
	if len(mistakes) != 3 {
		t.Errorf("%d mistakes, want 3: %q", len(mistakes), mistakes)
	}
}

func TestNoPasswordIsShown(t *testing.T) {
	_, mistakes := load(map[string]string{
		"LEDGER_URL": "ftp://user:secret@somewhere",
	})
	if len(mistakes) != 1 || strings.Contains(mistakes[0], "secret") {
		t.Errorf("%q", mistakes)
	}
}

func TestSecretsAreRequired(t *testing.T) {
	for _, variable := range []string{
		"DATABASE_PASSWORD",
		"TAX_TOKEN",
		"SIGNING_KEY_FILE",
	} {
		_, mistakes := load(map[string]string{variable: ""})
		if len(mistakes) != 1 || !strings.HasPrefix(mistakes[0], variable+" must be ") {
			t.Errorf("%s gives %q", variable, mistakes)
		}
	}
	if _, mistakes := Load(func(string) (string, bool) { return "", false }); len(mistakes) < 3 {
		t.Errorf("%q", mistakes)
	}
}

func TestNoSecretIsShown(t *testing.T) {
	for _, variable := range []string{
		"DATABASE_PASSWORD",
		"TAX_TOKEN",
	} {
		config, mistakes := load(map[string]string{variable: "S3cr3t-c4nary"})
		if shown := fmt.Sprintf("%v %+v %#v", config, config, &config); len(mistakes) > 0 || strings.Contains(shown, "c4nary") {
			t.Errorf("%s: %q, %s", variable, mistakes, shown)
		}
	}
}
