//go:build !unix

package socket

import (
	"errors"
	"os"
	"syscall"
)

// attempt is for systems whose sockets cannot be asked to write without waiting: see [writer.write]
// for what happens there.
type attempt struct{}

func (attempt) init() {}

func (attempt) write(syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }

func rawConn(wire) syscall.RawConn { return nil }

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
