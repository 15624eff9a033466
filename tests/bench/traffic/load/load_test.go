// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serve gives an address at which each connection is handled by hand.
func serve(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	return listener.Addr().String()
}

func says(text string) func(net.Conn) {
	return func(conn net.Conn) {
		conn.Read(make([]byte, 1000))
		io.WriteString(conn, text)
		conn.Close()
	}
}

func TestEveryWayToLoseARequestIsNamed(t *testing.T) {
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	chunks := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, want := range map[string]struct {
		address string
		stream  bool
		cause   string
	}{
		"a whole answer":             {serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")), false, ""},
		"a status":                   {serve(t, says("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")), false, "status 502"},
		"nobody listens":             {closed.Addr().String(), false, "refused"},
		"closed without an answer":   {serve(t, says("")), false, "cut"},
		"closed within an answer":    {serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok")), false, "cut"},
		"a stream to its end":        {serve(t, says(chunks+"2\r\na\n\r\n4\r\nend\n\r\n0\r\n\r\n")), true, ""},
		"a stream without its end":   {serve(t, says(chunks+"2\r\na\n\r\n0\r\n\r\n")), true, "cut"},
		"a stream closed within":     {serve(t, says(chunks+"2\r\na\n\r\n")), true, "cut"},
		"no answer at all":           {serve(t, func(net.Conn) {}), false, "timeout"},
		"reset instead of an answer": {serve(t, func(c net.Conn) { c.Read(make([]byte, 9)); c.(*net.TCPConn).SetLinger(0); c.Close() }), false, "reset"},
	} {
		t.Run(name, func(t *testing.T) {
			all := &load{target: target{"app.lab", 200 * time.Millisecond}, idle: make(chan *link, 1)}
			one := class{path: "/", stream: want.stream}
			got, err := all.ask(one, want.address)
			if cause := causeOf(got, err, one.stream); cause != want.cause {
				t.Errorf("%q (%v)", cause, err)
			}
		})
	}
}

func TestKeptConnectionsAreUsedAgainAndNewOnesAreNot(t *testing.T) {
	for keep, want := range map[bool]int32{true: 1, false: 3} {
		var connections atomic.Int32
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) }))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		server.Start()
		all := &load{target: target{"app.lab", time.Second}, idle: make(chan *link, 1)}
		for range 3 {
			got, err := all.ask(class{path: "/", keep: keep}, server.Listener.Addr().String())
			if err != nil || string(got.body) != "app.lab" {
				t.Errorf("%q, %v", got.body, err)
			}
		}
		if connections.Load() != want {
			t.Errorf("keep %v: %d connections", keep, connections.Load())
		}
		if keep {
			(<-all.idle).Close()
		}
		server.Close()
	}
}

func TestWhatIsDueWhileTheServiceHangsIsSentAndWaitsForItsAnswer(t *testing.T) {
	var hang atomic.Pointer[chan struct{}]
	free := make(chan struct{})
	hang.Store(&free)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-*hang.Load()
		fmt.Fprintln(w, "App Version 1.0 running")
	}))
	defer server.Close()
	time.AfterFunc(300*time.Millisecond, func() { close(free) })
	var output bytes.Buffer
	o := options{
		addresses: server.Listener.Addr().String(), host: "app.lab", kept: 100, timeout: 5 * time.Second, longest: time.Minute,
		duration: 500 * time.Millisecond, maxErrorRate: 0, maxMedian: time.Second,
	}
	if said := run(o, strings.NewReader(""), &output); said != "" {
		t.Error(said)
	}
	var report struct {
		Phases []phase
		Seen   map[string]span
	}
	if err := json.Unmarshal(output.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if met := report.Seen["1.0"]; met.First < 0.25 || met.Last < met.First {
		t.Errorf("met %+v", met)
	}
	got := report.Phases[0]
	if got.Requests["kept"] < 45 || got.Versions["1.0"] != got.Requests["kept"] || got.Longest < 250 || got.P50 < 40 {
		t.Errorf("%+v", got)
	}
}

func TestARequestCountsInThePhaseInWhichItWasDue(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(50 * time.Millisecond)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	input, words := io.Pipe()
	var output bytes.Buffer
	ended := make(chan string)
	o := options{addresses: server.Listener.Addr().String(), fresh: 20, timeout: time.Second, longest: time.Minute, maxErrorRate: 1, maxMedian: time.Minute}
	go func() { ended <- run(o, input, &output) }()
	fmt.Fprintln(words, "before")
	time.Sleep(200 * time.Millisecond)
	fmt.Fprintln(words, "during")
	time.Sleep(200 * time.Millisecond)
	words.Close()
	if said := <-ended; said != "" {
		t.Error(said)
	}
	var report struct{ Phases []phase }
	if err := json.Unmarshal(output.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Phases) != 2 || report.Phases[0].Name != "before" || report.Phases[1].Name != "during" {
		t.Fatalf("%+v", report.Phases)
	}
	for _, one := range report.Phases {
		if one.Requests["new"] < 2 || one.Failed["new: status 503"] != one.Requests["new"] || one.Seconds < 0.15 {
			t.Errorf("%+v", one)
		}
	}
}

func TestACheckSaysWhatIsWrong(t *testing.T) {
	good := phase{Requests: map[string]int{"kept": 200}, Failed: map[string]int{"kept: status 500": 2}, P50: 30}
	for want, o := range map[string]options{
		"":                              {maxErrorRate: 0.01, maxMedian: 30 * time.Millisecond},
		"2 of 200 requests failed":      {maxErrorRate: 0.009, maxMedian: time.Second},
		"the median latency is 30.0 ms": {maxErrorRate: 0.01, maxMedian: 29 * time.Millisecond},
	} {
		if said := judge(o, &good); said != want {
			t.Errorf("%q instead of %q", said, want)
		}
	}
	if said := judge(options{maxErrorRate: 1, maxMedian: time.Hour}, &phase{}); said != "nothing was sent" {
		t.Error(said)
	}
}

func TestQuantilesAreLatenciesThatWereSeen(t *testing.T) {
	var one phase
	for milli := range 100 {
		one.took = append(one.took, time.Duration(milli+1)*time.Millisecond)
	}
	if one.quantile(0.5) != 50 || one.quantile(0.99) != 99 || one.quantile(1) != 100 || (&phase{}).quantile(0.5) != 0 {
		t.Error(one.quantile(0.5), one.quantile(0.99), one.quantile(1))
	}
}
