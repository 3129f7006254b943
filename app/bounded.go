package app

import (
	"net"
	"sync"
	"sync/atomic"
)

// bounded is a listener that has only so many connections open at once; who comes then waits to be
// accepted. A process has so many descriptors and no more: were connections to take them all, the
// store could not begin its next journal file.
type bounded struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  func() error
}

// leaveRoom bounds a listener so that a quarter of the process's descriptors stays for the store,
// 256 at most. Of a table so small that a quarter is less than the 32 that it may need, up to a
// half stays.
func leaveRoom(l net.Listener) net.Listener {
	most := descriptors()
	if most <= 0 {
		return l
	}
	return newBounded(l, most-max(min(most/4, 256), min(most/2, 32)))
}

func newBounded(l net.Listener, most int) *bounded {
	b := &bounded{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
	b.close = sync.OnceValue(func() error { close(b.closed); return l.Close() })
	return b
}

// Accept waits for a place and for a connection.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	conn, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err
	}
	return &placed{TCPConn: conn.(*net.TCPConn), places: b.places}, nil
}

// Close closes the listener. Connections stay open.
func (b *bounded) Close() error { return b.close() }

// placed is a connection that has a place. It is a whole *net.TCPConn beside: the hub writes to its
// descriptor itself.
type placed struct {
	*net.TCPConn
	places chan struct{}
	left   atomic.Bool
}

// Close gives back the place, once.
func (p *placed) Close() error {
	err := p.TCPConn.Close()
	if !p.left.Swap(true) {
		<-p.places
	}
	return err
}
