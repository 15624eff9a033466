// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"sync"
	"time"
)

// outstanding is how many requests of a class may be under way; one that is due beyond it counts as failed.
const outstanding = 2000

// class is one kind of request, sent at a fixed rate whatever becomes of the ones before: a request that is due while the
// service hangs is not left out, and its latency counts from when it was due (no coordinated omission).
type class struct {
	name   string
	path   string
	rate   float64 // requests per second
	keep   bool    // on connections that are kept; otherwise each on its own
	quick  bool    // answers at once, so its latency counts
	stream bool    // the last line must be there
}

// load is all that sends.
type load struct {
	target    target
	addresses []string
	tally     *tally
	idle      chan *link
	under     sync.WaitGroup
}

// run sends one class until the context ends.
func (l *load) run(ctx context.Context, one class) {
	if one.rate <= 0 {
		return
	}
	every := time.Duration(float64(time.Second) / one.rate)
	room := make(chan struct{}, outstanding)
	for number, due := 0, time.Now(); ; number, due = number+1, due.Add(every) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		during := l.tally.current()
		select {
		case room <- struct{}{}:
		default:
			l.tally.add(during, one, "not sent, too many under way", nil, time.Since(due))
			continue
		}
		l.under.Add(1)
		go func() {
			defer l.under.Done()
			defer func() { <-room }()
			got, err := l.ask(one, l.addresses[number%len(l.addresses)])
			l.tally.add(during, one, causeOf(got, err, one.stream), got.body, time.Since(due))
		}()
	}
}

// ask sends one request, on a connection of its own or on one that is kept.
func (l *load) ask(one class, address string) (answer, error) {
	to, err := l.connection(one, address)
	if err != nil {
		return answer{}, err
	}
	got, err := l.target.exchange(to, one.path, one.keep)
	if err == nil && got.kept {
		select {
		case l.idle <- to:
			return got, nil
		default:
		}
	}
	to.Close()
	return got, err
}

func (l *load) connection(one class, address string) (*link, error) {
	if one.keep {
		select {
		case kept := <-l.idle:
			return kept, nil
		default:
		}
	}
	return l.target.dial(address)
}
