package upstream

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
)

func TestConnect(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	client := NewTCP("stub", config.TCP{Address: address, Timeout: time.Minute}, metrics.New())

	if result, err := client.Connect(context.Background()); err != nil || !result.Reachable {
		t.Errorf("%v, %v", result, err)
	}

	listener.Close()
	result, err := client.Connect(context.Background())
	var failure *Failure
	if !errors.As(err, &failure) || failure.Timeout {
		t.Errorf("a closed port gives %v, %v", result, err)
	}
}

func TestConnectWithoutTime(t *testing.T) {
	client := NewTCP("stub", config.TCP{Address: "127.0.0.1:1", Timeout: 0}, metrics.New())
	result, err := client.Connect(context.Background())
	var failure *Failure
	if !errors.As(err, &failure) || !failure.Timeout {
		t.Errorf("%v, %v", result, err)
	}
}
