package mongotest

import "golang.org/x/sys/unix"

// reservePort takes a free port of the loopback interface and keeps it without listening: nobody
// else is given it, and a server, that sets SO_REUSEADDR as servers do, may listen there, again and
// again.
func reservePort() (port int, free func(), err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	free = func() { unix.Close(fd) }
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		var bound unix.Sockaddr
		if bound, err = unix.Getsockname(fd); err == nil {
			return bound.(*unix.SockaddrInet4).Port, free, nil
		}
	}
	free()
	return 0, nil, err
}
