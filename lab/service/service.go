// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

const longest = time.Minute

type service struct {
	version  string
	host     string
	notReady string
	draining atomic.Bool
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.root)
	mux.HandleFunc("GET /version", s.describe)
	mux.HandleFunc("GET /slow", s.slow)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
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
	wait, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil || wait < 0 || wait > longest {
		http.Error(w, "for must be a duration from 0s to "+longest.String()+", such as /slow?for=3s", http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(wait):
		s.root(w, r)
	case <-r.Context().Done():
	}
}
