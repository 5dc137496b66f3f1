// Package dependencies has all dependencies of the service, and calls them in parallel.
package dependencies

import (
	"gitlab.com/example-org/frontend-go/internal/clients"
	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/upstream"
)

// Set has every client.
type Set struct {
	Mail clients.Mail

	Weather clients.Weather

	metrics *metrics.Metrics
}

// New returns clients for the configured dependencies.
func New(at config.Upstreams, m *metrics.Metrics) Set {
	set := Set{metrics: m}
	set.Mail.HTTP = upstream.NewHTTP("mail", at.Mail, m)
	set.Weather.HTTP = upstream.NewHTTP("weather", at.Weather, m)
	return set
}

func (s Set) all() []dependency {
	return []dependency{
		critical("mail", s.Mail),
		auxiliary("weather", s.Weather),
	}
}
