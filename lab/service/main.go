// SPDX-License-Identifier: GPL-3.0-or-later

// Command app is the service of the story: it says which version answers, and it leaves without losing a request.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// Fixed when the image is built, with -ldflags -X, so that the versions differ as real releases do.
var (
	version   = "dev"
	notReady  = ""   // why this build never becomes ready; empty for a good one
	errorRate = "0"  // the share of its answers that are errors; ERROR_RATE comes on top
	latency   = "0s" // how much slower this build answers; LATENCY comes on top
)

func main() {
	log.SetFlags(log.Ldate | log.Ltime | log.LUTC)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	lame, err := duration("LAME_DUCK", "2s")
	if err != nil {
		return err
	}
	drain, err := duration("DRAIN_TIME", "20s")
	if err != nil {
		return err
	}
	ills, err := illsOf(errorRate, latency)
	if err != nil {
		return err
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()

	app := &service{version: version, host: host, notReady: notReady, ills: ills}
	server := &http.Server{
		Addr:              ":" + environment("PORT", "8080"),
		Handler:           app.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		// Longer than the idle time of the load balancer in front (Traefik: 90 s): the side that sends requests
		// must be the one that closes, or a request meets a connection that is just being closed.
		IdleTimeout: 2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("version %s listening on %s", version, server.Addr)
	if notReady != "" {
		log.Printf("not ready: %s", notReady)
	}

	select {
	case err := <-failed:
		return err
	case <-stop.Done():
		return leave(server, app, lame, drain)
	}
}

// leave answers for a while with readiness off and Connection: close, then ends what is in flight, within drain in all.
func leave(server *http.Server, app *service, lame, drain time.Duration) error {
	log.Printf("SIGTERM: draining, at most %s", drain)
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	app.draining.Store(true)
	select {
	case <-time.After(lame):
	case <-ctx.Done():
	}
	if err := server.Shutdown(ctx); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("drain time of %s is over, requests still in flight were cut", drain)
		}
		return err
	}
	log.Print("drained")
	return nil
}

// illsOf adds up what the build brings along and what the environment asks for.
func illsOf(builtRate, builtLatency string) (ills, error) {
	var sum ills
	for _, text := range []string{builtRate, environment("ERROR_RATE", "0")} {
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil || !(rate >= 0 && rate <= 1) {
			return sum, fmt.Errorf("ERROR_RATE: %q is no share from 0 to 1", text)
		}
		sum.errorRate = min(1, sum.errorRate+rate)
	}
	built, err := time.ParseDuration(builtLatency)
	if err != nil {
		return sum, err
	}
	asked, err := duration("LATENCY", "0s")
	if err != nil {
		return sum, err
	}
	sum.latency = built + asked
	return sum, nil
}

func environment(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func duration(name, fallback string) (time.Duration, error) {
	value, err := time.ParseDuration(environment(name, fallback))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}
