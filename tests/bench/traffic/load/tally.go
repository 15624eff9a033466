// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"regexp"
	"slices"
	"sync"
	"time"
)

var versionPattern = regexp.MustCompile(`App Version (\S+) `)

// tally takes what came of requests, by the phase in which each was due.
type tally struct {
	mutex  sync.Mutex
	first  time.Time
	began  time.Time
	phases []*phase
	seen   map[string]*span
}

// span is when a version was met first and last, in seconds after the load began.
type span struct {
	First float64 `json:"first"`
	Last  float64 `json:"last"`
}

type phase struct {
	Name     string         `json:"name"`
	Seconds  float64        `json:"seconds"`
	Requests map[string]int `json:"requests"`
	Failed   map[string]int `json:"failed"`
	Versions map[string]int `json:"versions"`
	P50      float64        `json:"p50_ms"`
	P99      float64        `json:"p99_ms"`
	Longest  float64        `json:"max_ms"`
	took     []time.Duration
}

// begin ends the phase before and starts one of this name.
func (t *tally) begin(name string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.phases) == 0 {
		t.first, t.seen = time.Now(), map[string]*span{}
	}
	t.endLast()
	t.phases = append(t.phases, &phase{Name: name, Requests: map[string]int{}, Failed: map[string]int{}, Versions: map[string]int{}})
}

// close ends the last phase; answers that are under way still come in.
func (t *tally) close() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.endLast()
}

func (t *tally) endLast() {
	if len(t.phases) > 0 {
		t.phases[len(t.phases)-1].Seconds = time.Since(t.began).Seconds()
	}
	t.began = time.Now()
}

func (t *tally) current() *phase {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.phases[len(t.phases)-1]
}

// add counts one request. Only quick ones have a latency that says something.
func (t *tally) add(due *phase, class class, cause string, body []byte, took time.Duration) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	due.Requests[class.name]++
	if cause != "" {
		due.Failed[class.name+": "+cause]++
	}
	if found := versionPattern.FindSubmatch(body); found != nil {
		version, now := string(found[1]), time.Since(t.first).Seconds()
		due.Versions[version]++
		if t.seen[version] == nil {
			t.seen[version] = &span{First: now}
		}
		t.seen[version].Last = now
	}
	if class.quick {
		due.took = append(due.took, took)
	}
}

// report gives all phases, and when each version was met.
func (t *tally) report() ([]*phase, map[string]*span) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, one := range t.phases {
		slices.Sort(one.took)
		one.P50, one.P99, one.Longest = one.quantile(0.5), one.quantile(0.99), one.quantile(1)
	}
	return t.phases, t.seen
}

// quantile is the smallest latency, in milliseconds, that this share of the quick requests does not exceed.
func (p *phase) quantile(share float64) float64 {
	if len(p.took) == 0 {
		return 0
	}
	index := max(0, int(share*float64(len(p.took))+0.999999)-1)
	return float64(p.took[min(index, len(p.took)-1)].Microseconds()) / 1000
}

// failed says how many of how many requests failed.
func (p *phase) failed() (failed, requests int) {
	for _, count := range p.Failed {
		failed += count
	}
	for _, count := range p.Requests {
		requests += count
	}
	return failed, requests
}
