// Command withmongodb runs another command with one MongoDB server for all tests in it: it finds or
// starts one, as package mongotest says, names it to the command by MONGODB_URI, hands on signals,
// stops what it started and ends with the command's exit status (128 and the signal's number, if
// one ended it).
//
//	go tool withmongodb go test ./...
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"pulperia/dao/dbmanagers/mongotest"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withmongodb COMMAND [ARGUMENT ...]")
		return 2
	}
	signals := make(chan os.Signal, 16) // from here on, so that none ends this process with a server left to stop
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	uri, stop, err := mongotest.Open()
	switch {
	case err == nil:
		defer stop()
		os.Setenv("MONGODB_URI", uri)
	case errors.Is(err, mongotest.ErrNone) && !mongotest.Required():
		fmt.Fprintf(os.Stderr, "withmongodb: %v. Its tests will be skipped.\n", err)
	default:
		fmt.Fprintf(os.Stderr, "withmongodb: %v\n", err)
		return 1
	}
	return child(args, signals)
}

// child runs the command and returns its exit status.
func child(args []string, signals <-chan os.Signal) int {
	command := exec.Command(args[0], args[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "withmongodb: %v\n", err)
		return 127
	}
	go func() {
		for sig := range signals {
			command.Process.Signal(sig)
		}
	}()
	err := command.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal())
		}
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "withmongodb: %v\n", err)
		return 1
	}
	return 0
}
