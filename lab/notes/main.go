// SPDX-License-Identifier: GPL-3.0-or-later

// Command notes keeps lines in a file, or asks another one of its kind for them: what docs/examples deploys in the lab.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Fixed when the image is built, with -ldflags -X.
var version = "dev"

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	answer := keep(os.Getenv("NOTES_FILE"))
	if url := os.Getenv("NOTES_URL"); url != "" {
		answer = ask(url)
	}
	http.HandleFunc("/", answer)
	http.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	// No connection outlives its answer, so none is cut when the process ends.
	server.SetKeepAlivesEnabled(false)
	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
	log.Printf("version %s listening on %s", version, server.Addr)
	<-stop.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// keep answers with the version and the file's lines; what is posted becomes its last line, and is on the disk when it is answered.
func keep(file string) http.HandlerFunc {
	var one sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		if r.Method == http.MethodPost {
			if err := add(file, r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		lines, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "notes %s\n%s", version, lines)
	}
}

func add(file string, line io.Reader) error {
	text, err := io.ReadAll(line)
	if err != nil {
		return err
	}
	notes, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer notes.Close()
	if _, err := fmt.Fprintf(notes, "%s\n", text); err != nil {
		return err
	}
	return notes.Sync()
}

// ask answers with the version and what the other one says, on a new connection each time, as most clients of a name do.
func ask(url string) http.HandlerFunc {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return func(w http.ResponseWriter, _ *http.Request) {
		said, err := client.Get(url)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer said.Body.Close()
		text, err := io.ReadAll(said.Body)
		if err != nil || said.StatusCode != http.StatusOK {
			http.Error(w, fmt.Sprintf("%s: %s %v", url, said.Status, err), http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, "front %s, %s", version, text)
	}
}
