//go:build unix

package socket

import (
	"errors"
	"os"
	"syscall"
)

// attempt is one write to a socket that does not wait until the socket has room.
type attempt struct {
	text []byte
	n    int
	err  error
	once func(fd uintptr) bool // made once: it would be an allocation for each write
}

func (a *attempt) init() {
	a.once = func(fd uintptr) bool {
		for {
			a.n, a.err = syscall.Write(int(fd), a.text)
			if a.err != syscall.EINTR {
				return true // also when there is no room: the runtime must not wait for it
			}
		}
	}
}

func (a *attempt) write(raw syscall.RawConn, text []byte) (n int, err error) {
	a.text = text
	err = raw.Write(a.once)
	a.text = nil
	if err != nil {
		return 0, err
	}
	if a.err == syscall.EAGAIN {
		return 0, nil
	}
	return max(a.n, 0), a.err
}

// rawConn returns what writes without waiting, or nil.
func rawConn(c wire) syscall.RawConn {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
