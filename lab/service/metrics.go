// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Upper bounds of the duration histogram; all that is slower counts in +Inf alone.
var bounds = [...]time.Duration{
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second,
}

// metrics counts what users asked for, without a lock.
type metrics struct {
	byCode  [600]atomic.Uint64
	buckets [len(bounds) + 1]atomic.Uint64
	nanos   atomic.Int64
}

// recorder remembers the status that a handler answers with.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach Flush.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (m *metrics) count(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &recorder{w, http.StatusOK}
		answer(seen, r)
		took := time.Since(began)
		m.byCode[seen.code].Add(1)
		bucket := 0
		for bucket < len(bounds) && took > bounds[bucket] {
			bucket++
		}
		m.buckets[bucket].Add(1)
		m.nanos.Add(int64(took))
	}
}

// write answers in Prometheus' text format.
func (m *metrics) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintln(w, "# HELP http_requests_total What users asked for, by status.\n# TYPE http_requests_total counter")
	for code := range m.byCode {
		if count := m.byCode[code].Load(); count > 0 {
			fmt.Fprintf(w, "http_requests_total{code=\"%d\"} %d\n", code, count)
		}
	}
	const name = "http_request_duration_seconds"
	fmt.Fprintf(w, "# HELP %s How long answers took.\n# TYPE %s histogram\n", name, name)
	var sum uint64
	for index, bound := range bounds {
		sum += m.buckets[index].Load()
		fmt.Fprintf(w, "%s_bucket{le=\"%g\"} %d\n", name, bound.Seconds(), sum)
	}
	sum += m.buckets[len(bounds)].Load()
	fmt.Fprintf(w, "%s_bucket{le=\"+Inf\"} %d\n", name, sum)
	fmt.Fprintf(w, "%s_sum %g\n%s_count %d\n", name, time.Duration(m.nanos.Load()).Seconds(), name, sum)
}
