package main

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// descriptors returns how many files and sockets a process may have open. Go has raised it as far
// as it may.
func descriptors() (int, error) {
	var most unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &most)
	return int(min(most.Cur, 1<<30)), err
}

// narrow makes both systems buffer little for a socket that is about to connect: over the loopback
// device they would hold megabytes, and a server would notice only after minutes that nobody reads.
func narrow(_, _ string, raw syscall.RawConn) error {
	const segment, window = 536, 4 << 10 // bytes
	var segmentErr, windowErr error
	err := raw.Control(func(fd uintptr) {
		segmentErr = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, segment)
		windowErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, window)
	})
	return errors.Join(err, segmentErr, windowErr)
}
