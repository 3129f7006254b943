package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"debug/buildinfo"
	"debug/elf"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pulperia/dose"
)

// alone is a released program in a folder of its own, which is all that it can see where a test may
// see to that.
type alone struct{ folder, program string }

// released makes the program as it is given out.
func released(t *testing.T) alone {
	folder := t.TempDir()
	name := "pulperia-" + runtime.GOOS + "-" + runtime.GOARCH
	if out, err := exec.Command("../scripts/release", folder, runtime.GOOS+"/"+runtime.GOARCH).CombinedOutput(); err != nil {
		t.Fatalf("release: %v\n%s", err, out)
	}
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	sums, _ := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if want := fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name); string(sums) != want {
		t.Errorf("SHA256SUMS holds %q, not %q", sums, want)
	}
	return alone{folder, name}
}

// command runs it with nothing in its environment.
func (a alone) command(t *testing.T, args ...string) *exec.Cmd {
	cmd := command(t, args...)
	cmd.Path, cmd.Dir, cmd.Env = filepath.Join(a.folder, a.program), a.folder, []string{"TMPDIR=."}
	confine(cmd, a.folder)
	return cmd
}

func (a alone) says(t *testing.T, args ...string) string {
	t.Helper()
	said, err := a.command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, said)
	}
	return string(said)
}

// A released program needs nothing beside it: no library, no zone, no authority, no setting. It
// says what it is and under which licences, opens a store that is there, and one on a database with
// TLS.
func TestReleaseStandsAlone(t *testing.T) {
	dose.SkipSmall(t, "it makes a release")
	t.Parallel()
	a := released(t)
	isStatic(t, filepath.Join(a.folder, a.program))
	if said := a.says(t, "version"); !strings.Contains(said, release) || !strings.Contains(said, runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("version says %s", said)
	}
	if said := a.says(t, "licences"); !strings.Contains(said, "MIT License") || !strings.Contains(said, "go.mongodb.org/mongo-driver") {
		t.Errorf("licences says %.2000s", said)
	}

	before := openShop(t, filepath.Join(a.folder, "data"), "--demo")
	if err := before.stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	a.opens(t, "data", "--store", "data")
	a.opens(t, "database", "--store", behindTLS(t, database(t), filepath.Join(a.folder, "authority.pem")), "--demo")
}

// opens starts it and looks for the demo catalogue.
func (a alone) opens(t *testing.T, what string, args ...string) {
	t.Helper()
	s := startCommand(t, a.command(t, append(args, "--listen", "127.0.0.1:0")...)).untilOpen(t)
	var products []struct{ Title string }
	if s.get(t, "/api/products", &products); len(products) == 0 {
		t.Errorf("%s: no products", what)
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Errorf("%s: %v\n%s", what, err, &s.Log)
	}
}

// isStatic looks into the file: nothing else is to be loaded, and what stands in for the system's
// zones and authorities is there.
func isStatic(t *testing.T, path string) {
	t.Helper()
	if file, err := elf.Open(path); err == nil {
		defer file.Close()
		for _, part := range file.Progs {
			if part.Type == elf.PT_INTERP {
				t.Error("it needs a loader: it is not static")
			}
		}
		if symbols, err := file.Symbols(); err == nil && len(symbols) > 0 {
			t.Error("it is not stripped")
		}
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range info.Deps {
		if module.Path == "golang.org/x/crypto/x509roots/fallback" {
			return
		}
	}
	t.Error("it brings no authorities")
}

// behindTLS makes a database be reached by TLS only, under a certificate that the file authority
// vouches for, and returns its URL in the folder of that file.
func behindTLS(t *testing.T, uri, authority string) string {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	behind := u.Host
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate(t, authority)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			outer, err := listener.Accept()
			if err != nil {
				return
			}
			go tunnel(outer, behind)
		}
	}()
	u.Host = listener.Addr().String()
	u.RawQuery = url.Values{"tls": {"true"}, "tlsCAFile": {filepath.Base(authority)}, "directConnection": {"true"}}.Encode()
	return u.String()
}

func tunnel(outer net.Conn, to string) {
	defer outer.Close()
	inner, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	go func() {
		io.Copy(inner, outer)
		inner.Close()
	}()
	io.Copy(outer, inner)
}

// certificate makes one for this machine, and puts it into a file.
func certificate(t *testing.T, file string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{site}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}), 0o644); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}
}
