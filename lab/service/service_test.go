// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func get(t *testing.T, app *service, path string) (*http.Response, string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	app.handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Result(), string(body)
}

func TestAnswers(t *testing.T) {
	good := &service{version: "2.0", host: "app-1"}
	bad := &service{version: "3.0", host: "app-1", notReady: "migration 0042 missing"}
	for name, want := range map[string]struct {
		app    *service
		path   string
		status int
		body   string
	}{
		"the root names version and host":   {good, "/", 200, "App Version 2.0 running on host: app-1\n"},
		"version is JSON":                   {good, "/version", 200, `{"host":"app-1","version":"2.0"}` + "\n"},
		"a good build is ready":             {good, "/readyz", 200, "ready\n"},
		"a bad build says why it is not":    {bad, "/readyz", 503, "not ready: migration 0042 missing\n"},
		"a bad build is alive all the same": {bad, "/healthz", 200, "ok\n"},
		"a bad build answers all the same":  {bad, "/", 200, "App Version 3.0 running on host: app-1\n"},
		"slow answers like the root":        {good, "/slow?for=1ms", 200, "App Version 2.0 running on host: app-1\n"},
		"slow refuses what is no duration":  {good, "/slow?for=soon", 400, "for must be a duration from 0s to 1m0s, such as /slow?for=3s\n"},
		"a stream ends with its last line":  {good, "/stream?for=1ms", 200, "App Version 2.0 running on host: app-1\nend\n"},
		"a stream refuses what is no time":  {good, "/stream?for=2m", 400, "for must be a duration from 0s to 1m0s, such as /stream?for=3s\n"},
		"nothing else is served":            {good, "/other", 404, "404 page not found\n"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := get(t, want.app, want.path)
			if response.StatusCode != want.status || body != want.body {
				t.Errorf("got %d %q", response.StatusCode, body)
			}
		})
	}
}

func TestErrorsAreSpreadEvenlyAndProbesAreSpared(t *testing.T) {
	app := &service{version: "2.1", ills: ills{errorRate: 0.05}}
	for round := range 3 {
		failed := 0
		for range 100 {
			if response, _ := get(t, app, "/"); response.StatusCode == 500 {
				failed++
			}
		}
		if failed != 5 {
			t.Errorf("round %d: %d of 100 failed", round, failed)
		}
	}
	app.ills.errorRate = 1
	for path, status := range map[string]int{"/": 500, "/version": 500, "/slow?for=0s": 500, "/readyz": 200, "/healthz": 200} {
		if response, body := get(t, app, path); response.StatusCode != status {
			t.Errorf("%s: %d %q", path, response.StatusCode, body)
		}
	}
}

func TestLatencyComesOnTopOfEachAnswer(t *testing.T) {
	app := &service{version: "2.2", ills: ills{latency: 20 * time.Millisecond}}
	began := time.Now()
	response, _ := get(t, app, "/")
	if took := time.Since(began); response.StatusCode != 200 || took < 20*time.Millisecond {
		t.Errorf("%d after %s", response.StatusCode, took)
	}
}

func TestTheEnvironmentComesOnTopOfTheBuild(t *testing.T) {
	t.Setenv("ERROR_RATE", "0.1")
	t.Setenv("LATENCY", "30ms")
	if sum, err := illsOf("0.05", "60ms"); err != nil || math.Abs(sum.errorRate-0.15) > 1e-9 || sum.latency != 90*time.Millisecond {
		t.Errorf("%v, %v", sum, err)
	}
	for _, rate := range []string{"5", "-1", "NaN", "some"} {
		t.Setenv("ERROR_RATE", rate)
		if _, err := illsOf("0", "0s"); err == nil || err.Error() != fmt.Sprintf("ERROR_RATE: %q is no share from 0 to 1", rate) {
			t.Errorf("%s: %v", rate, err)
		}
	}
}

func TestMetricsCountWhatUsersAskedForAndNothingElse(t *testing.T) {
	app := &service{version: "2.0", ills: ills{errorRate: 0.5, latency: 2 * time.Millisecond}}
	for _, path := range []string{"/", "/version", "/slow?for=never", "/readyz", "/healthz", "/metrics"} {
		get(t, app, path)
	}
	_, text := get(t, app, "/metrics")
	for _, line := range []string{
		`http_requests_total{code="200"} 1`,
		`http_requests_total{code="400"} 1`,
		`http_requests_total{code="500"} 1`,
		`http_request_duration_seconds_bucket{le="0.001"} 0`,
		`http_request_duration_seconds_bucket{le="10"} 3`,
		`http_request_duration_seconds_bucket{le="+Inf"} 3`,
		`http_request_duration_seconds_count 3`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is missing in\n%s", line, text)
		}
	}
}

func TestAStreamComesLineByLine(t *testing.T) {
	server := httptest.NewServer((&service{version: "2.0", host: "app-1"}).handler())
	defer server.Close()
	began := time.Now()
	response, err := http.Get(server.URL + "/stream?for=10s")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || line != "App Version 2.0 running on host: app-1\n" || time.Since(began) > 5*time.Second {
		t.Errorf("%q, %v after %s", line, err, time.Since(began))
	}
}

func TestDrainingTurnsReadinessOffAndClosesConnections(t *testing.T) {
	app := &service{version: "2.0", host: "app-1"}
	app.draining.Store(true)
	if response, body := get(t, app, "/readyz"); response.StatusCode != 503 || body != "not ready: draining\n" {
		t.Errorf("readiness: %d %q", response.StatusCode, body)
	}
	if response, _ := get(t, app, "/"); response.StatusCode != 200 || response.Header.Get("Connection") != "close" {
		t.Errorf("root: %d, Connection %q", response.StatusCode, response.Header.Get("Connection"))
	}
}

func TestLeavingEndsWhatIsInFlight(t *testing.T) {
	app := &service{version: "2.0", host: "app-1"}
	entered := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		app.handler().ServeHTTP(w, r)
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	answered := make(chan error, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String() + "/slow?for=100ms")
		if err == nil {
			response.Body.Close()
		}
		answered <- err
	}()
	<-entered
	if err := leave(server, app, 0, 5*time.Second); err != nil {
		t.Error(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("the request in flight was lost: %v", err)
	}
}

func TestLeavingIsBoundedByTheDrainTime(t *testing.T) {
	entered := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	go server.Client().Get(server.URL)
	<-entered
	err := leave(server.Config, &service{}, 0, 50*time.Millisecond)
	if err == nil || err.Error() != "drain time of 50ms is over, requests still in flight were cut" {
		t.Errorf("got %v", err)
	}
}
