// Package config is the service's configuration: from the environment, validated before anything starts (P12).
package config

import (
	"log/slog"
	"time"
)

// Service is the service's name.
const Service = "batch"

// Config is the whole configuration, valid.
type Config struct {
	Version  string
	LogLevel slog.Level

	// Ports serve requests; AdminPort serves probes and metrics only.
	Ports     []Port
	AdminPort int

	// Request is the time that one request may take.
	Request time.Duration
	// MaxBodyBytes is the largest body that a request may have.
	MaxBodyBytes int64

	// StartupDelay rehearses a slow start.
	StartupDelay time.Duration
	// Shutdown is the time from SIGTERM to the end, Drain the part of it in which requests are still accepted.
	Shutdown time.Duration
	Drain    time.Duration
}

// Port is a port with its name.
type Port struct {
	Name   string
	Number int
}

// Load reads the environment. The mistakes name every variable that is wrong;
// if there are any, the configuration is good for nothing but logging them.
func Load(lookup func(string) (string, bool)) (config Config, mistakes []string) {
	env := &environment{lookup: lookup}

	config.Version = env.text("SERVICE_VERSION", "0.0.0")
	config.LogLevel = env.level("LOG_LEVEL", slog.LevelInfo)

	config.Ports = append(config.Ports, env.port("http", "PORT_HTTP", 8080))
	config.AdminPort = env.port("admin", "ADMIN_PORT", 8081).Number

	// P08: 1 s for ourselves; fits into shutdown_seconds with the drain
	config.Request = env.seconds("REQUEST_SECONDS", 1, shortest, longest)
	config.MaxBodyBytes = int64(env.whole("MAX_BODY_BYTES", 1<<20, 0, 1<<31))

	config.StartupDelay = env.seconds("STARTUP_DELAY_SECONDS", 0, 0, longest)
	config.Shutdown = time.Duration(env.whole("SHUTDOWN_SECONDS", 4, 1, 3600)) * time.Second
	// P08: kept-alive connections are told to close before the listener does
	config.Drain = env.seconds("DRAIN_SECONDS", 1, 0, 60)
	if config.Drain >= config.Shutdown && env.valid("DRAIN_SECONDS", "SHUTDOWN_SECONDS") {
		env.refuse("DRAIN_SECONDS", "below SHUTDOWN_SECONDS")
	}

	return config, env.mistakes
}
