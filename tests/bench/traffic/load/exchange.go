// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// largest is how much of an answer is read; the service's streams are far below it.
const largest = 1 << 20

// target is where requests go and what they carry. Not http.Transport: it sends a request again, unseen, when a
// connection that it kept was closed, and this program is here to count just that.
type target struct {
	host    string
	timeout time.Duration
}

type link struct {
	net.Conn
	reader *bufio.Reader
}

func (t target) dial(address string) (*link, error) {
	conn, err := net.DialTimeout("tcp", address, t.timeout)
	if err != nil {
		return nil, err
	}
	return &link{conn, bufio.NewReader(conn)}, nil
}

// answer is what came of one request: the body and whether the connection may be used again.
type answer struct {
	status int
	body   []byte
	kept   bool
}

// exchange sends one request and reads the whole answer, all of it within the timeout.
func (t target) exchange(to *link, path string, keep bool) (answer, error) {
	if err := to.SetDeadline(time.Now().Add(t.timeout)); err != nil {
		return answer{}, err
	}
	connection := "close"
	if keep {
		connection = "keep-alive"
	}
	text := "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n"
	if _, err := fmt.Fprintf(to, text, path, t.host, connection); err != nil {
		return answer{}, err
	}
	response, err := http.ReadResponse(to.reader, nil)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largest))
	return answer{response.StatusCode, body, keep && !response.Close}, err
}

// causeOf names what is wrong with an answer; empty when nothing is.
func causeOf(got answer, err error, stream bool) string {
	switch {
	case err == nil && got.status != http.StatusOK:
		return fmt.Sprintf("status %d", got.status)
	case err == nil && stream && !bytes.HasSuffix(got.body, []byte("\nend\n")):
		return "cut"
	case err == nil:
		return ""
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	}
	return err.Error()
}
