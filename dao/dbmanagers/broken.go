package dbmanagers

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// atlas says whether this is a cluster of MongoDB Atlas.
func (t target) atlas() bool { return strings.HasSuffix(strings.ToLower(t.host), ".mongodb.net") }

// broken explains why there is no line to a server: from names over connecting to TLS. Without an
// address it is the URL that the driver does not take.
func (t target) broken(at string, err error) (what, remedy string) {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return t.unknownHost(lookup)
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("a file that the URL names cannot be read (%v)", file), "correct its path or its rights"
	}
	if at == "" && !mongo.IsNetworkError(err) && !mongo.IsTimeout(err) {
		return fmt.Sprintf("the URL cannot be used (%v)", err), "correct it"
	}
	if at == "" {
		at = t.host
	}
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	network, _ := errors.AsType[*net.OpError](err)
	switch {
	case certificate:
		return fmt.Sprintf("the certificate of %s is not to be trusted (%v)", at, err), "name its authority by tlsCAFile=FILE, or use the host name that it was made for"
	case noTLS:
		return at + " does not answer with TLS", "take tls=true out of the URL, or correct the port"
	case network != nil && network.Op == "remote error": // how crypto/tls marks an alert of the other side
		return fmt.Sprintf("%s ends the TLS handshake (%v)", at, network), t.closedRemedy("it may want a certificate: tlsCertificateKeyFile=FILE")
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens at " + at, t.closedRemedy("start the server, or correct host and port")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to " + at, "check the network, or correct the host"
	case mongo.IsTimeout(err):
		return t.silent(at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return at + " closes the connection", t.closedRemedy("it may want TLS (tls=true) or not want it, or not be a MongoDB server")
	}
	return fmt.Sprintf("%s does not answer like a MongoDB server (%v)", at, err), "correct host and port"
}

// closedRemedy is for a server that hangs up: Atlas does so to whom it does not know.
func (t target) closedRemedy(otherwise string) string {
	if t.atlas() {
		return t.accessList()
	}
	return otherwise
}

func (t target) unknownHost(lookup *net.DNSError) (what, remedy string) {
	switch {
	case !lookup.IsNotFound:
		return fmt.Sprintf("DNS gives no answer about %s", lookup.Name), "check the network and the DNS server of this machine"
	case t.srv && strings.HasPrefix(lookup.Name, "_"):
		return fmt.Sprintf("DNS knows no cluster %s", t.host), "compare it with the URL under Connect in Atlas; for a single server write mongodb://"
	}
	return fmt.Sprintf("DNS knows no host %s", lookup.Name), "correct its name"
}
