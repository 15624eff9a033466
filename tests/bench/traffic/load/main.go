// SPDX-License-Identifier: GPL-3.0-or-later

// Command load sends requests at fixed rates and counts exactly what became of each.
//
// Each line of its standard input names the phase that begins; its end ends the load. Then it waits for the answers that
// are under way and prints all phases as JSON. With -duration it needs no input, and ends with 1 when more failed or it
// took longer than allowed: a check for an analysis Job.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

type options struct {
	addresses, host         string
	kept, fresh, slow, many float64
	lasting, timeout        time.Duration
	duration, longest       time.Duration
	maxErrorRate            float64
	maxMedian               time.Duration
}

func main() {
	given := parse()
	verdict := run(given, os.Stdin, os.Stdout)
	if verdict != "" {
		fmt.Fprintln(os.Stderr, verdict)
		os.Exit(1)
	}
}

func parse() options {
	var o options
	flag.StringVar(&o.addresses, "addresses", "", "host:port, several with commas between: new connections take turns")
	flag.StringVar(&o.host, "host", "", "the Host header")
	flag.Float64Var(&o.kept, "kept", 0, "requests per second on connections that are kept")
	flag.Float64Var(&o.fresh, "fresh", 0, "requests per second that have a connection each")
	flag.Float64Var(&o.slow, "slow", 0, "slow requests per second")
	flag.Float64Var(&o.many, "streams", 0, "streams begun per second")
	flag.DurationVar(&o.lasting, "lasting", 3*time.Second, "how long a slow request and a stream take")
	flag.DurationVar(&o.timeout, "timeout", 10*time.Second, "the longest that any request may take")
	flag.DurationVar(&o.duration, "duration", 0, "send for this long and judge, instead of reading phases")
	flag.DurationVar(&o.longest, "longest", 10*time.Minute, "end after this long whatever happens")
	flag.Float64Var(&o.maxErrorRate, "max-error-rate", 1, "with -duration: the share that may fail")
	flag.DurationVar(&o.maxMedian, "max-median", time.Hour, "with -duration: the median latency that is good enough")
	flag.Parse()
	return o
}

// run sends until it is told to end, prints the phases, and says what is wrong; empty when nothing is.
func run(o options, input io.Reader, output io.Writer) string {
	ctx, cancel := context.WithTimeout(context.Background(), o.longest)
	defer cancel()
	if o.duration > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.duration)
		defer cancel()
		input = strings.NewReader("all\n")
	}
	lines := bufio.NewScanner(input)
	if !lines.Scan() {
		return "no phase was named"
	}
	sent := &tally{}
	sent.begin(lines.Text())
	all := &load{target{o.host, o.timeout}, strings.Split(o.addresses, ","), sent, make(chan *link, outstanding), sync.WaitGroup{}}
	var classes sync.WaitGroup
	for _, one := range classesOf(o) {
		classes.Add(1)
		go func() { defer classes.Done(); all.run(ctx, one) }()
	}
	if o.duration == 0 {
		go func() {
			for lines.Scan() {
				sent.begin(lines.Text())
			}
			cancel()
		}()
	}
	classes.Wait()
	sent.close()
	all.under.Wait()
	phases, seen := sent.report()
	json.NewEncoder(output).Encode(map[string]any{"phases": phases, "seen": seen})
	return judge(o, phases[len(phases)-1])
}

func classesOf(o options) []class {
	lasting := "?for=" + o.lasting.String()
	return []class{
		{name: "kept", path: "/", rate: o.kept, keep: true, quick: true},
		{name: "new", path: "/", rate: o.fresh, quick: true},
		{name: "slow", path: "/slow" + lasting, rate: o.slow},
		{name: "stream", path: "/stream" + lasting, rate: o.many, stream: true},
	}
}

func judge(o options, last *phase) string {
	failed, requests := last.failed()
	switch share := float64(failed) / float64(max(1, requests)); {
	case requests == 0:
		return "nothing was sent"
	case share > o.maxErrorRate:
		return fmt.Sprintf("%d of %d requests failed", failed, requests)
	case last.P50 > float64(o.maxMedian.Microseconds())/1000:
		return fmt.Sprintf("the median latency is %.1f ms", last.P50)
	}
	return ""
}
