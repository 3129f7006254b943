//go:build !linux

package mongotest

import "net"

// reservePort finds a free port of the loopback interface. Other systems than Linux let nobody
// listen where another is bound, so it is only found, not kept.
func reservePort() (port int, free func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	return listener.Addr().(*net.TCPAddr).Port, func() {}, listener.Close()
}
