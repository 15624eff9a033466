// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	longest = time.Minute
	beat    = 100 * time.Millisecond // between two lines of a stream
)

type service struct {
	version  string
	host     string
	notReady string
	ills     ills
	asked    atomic.Uint64
	metrics  metrics
	draining atomic.Bool
}

// ills is what may be wrong with a version that is ready all the same.
type ills struct {
	errorRate float64
	latency   time.Duration
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.users(s.root))
	mux.HandleFunc("GET /version", s.users(s.describe))
	mux.HandleFunc("GET /slow", s.users(s.slow))
	mux.HandleFunc("GET /stream", s.users(s.stream))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.metrics.write)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

// users is around what users ask for: it counts, and it is as ill as the version.
func (s *service) users(answer http.HandlerFunc) http.HandlerFunc {
	return s.metrics.count(func(w http.ResponseWriter, r *http.Request) {
		if !pause(r, s.ills.latency) {
			return
		}
		if s.ills.strikes(s.asked.Add(1)) {
			http.Error(w, "App Version "+s.version+" failed", http.StatusInternalServerError)
			return
		}
		answer(w, r)
	})
}

// strikes spreads errors evenly: of any 100 requests in a row, 5 fail at a rate of 0.05.
func (i ills) strikes(request uint64) bool {
	return uint64(float64(request)*i.errorRate) > uint64(float64(request-1)*i.errorRate)
}

func (s *service) root(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "App Version %s running on host: %s\n", s.version, s.host)
}

func (s *service) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"version": s.version, "host": s.host})
}

func (s *service) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.notReady != "":
		http.Error(w, "not ready: "+s.notReady, http.StatusServiceUnavailable)
	case s.draining.Load():
		http.Error(w, "not ready: draining", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ready")
	}
}

func (s *service) slow(w http.ResponseWriter, r *http.Request) {
	if wait, ok := duringOf(w, r); ok && pause(r, wait) {
		s.root(w, r)
	}
}

// stream sends the text of the root as a line at each beat, and "end" as the last one, which a cut stream lacks.
func (s *service) stream(w http.ResponseWriter, r *http.Request) {
	wait, ok := duringOf(w, r)
	if !ok {
		return
	}
	flush := http.NewResponseController(w).Flush
	for end := time.Now().Add(wait); time.Now().Before(end); {
		s.root(w, r)
		if flush() != nil || !pause(r, min(beat, time.Until(end))) {
			return
		}
	}
	fmt.Fprintln(w, "end")
}

// duringOf reads how long an answer is to take, and refuses what is no such time.
func duringOf(w http.ResponseWriter, r *http.Request) (time.Duration, bool) {
	wait, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil || wait < 0 || wait > longest {
		text := "for must be a duration from 0s to %s, such as %s?for=3s"
		http.Error(w, fmt.Sprintf(text, longest, r.URL.Path), http.StatusBadRequest)
		return 0, false
	}
	return wait, true
}

// pause waits, and says whether whoever asked is still there.
func pause(r *http.Request, wait time.Duration) bool {
	if wait <= 0 {
		return true
	}
	select {
	case <-time.After(wait):
		return true
	case <-r.Context().Done():
		return false
	}
}
