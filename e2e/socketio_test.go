package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The clients of Socket.IO that there are of its versions 3 and 4 talk to the shop, over each line
// that they can.
func TestClientsOfSocketIO(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"socket.io-client", "socket.io-client-4.0", "socket.io-client-3"} {
		for _, transports := range []string{"polling", "websocket", "polling,websocket"} {
			t.Run(version+" "+transports, func(t *testing.T) {
				t.Parallel()
				shop := openShop(t)
				if said, err := exec.Command("node", "clients/socketio.mjs", version, shop.url, transports).CombinedOutput(); err != nil {
					t.Errorf("the client failed (%v):\n%s", err, said)
				}
			})
		}
	}
}

// The client that the shop gives to pages is that of npm, byte for byte, with its licence.
func TestClientThatIsGiven(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	for path, file := range map[string]string{
		"/socket.io/socket.io.js":     "dist/socket.io.min.js",
		"/socket.io/socket.io.min.js": "dist/socket.io.min.js",
		"/public/vendor/LICENSE.txt":  "LICENSE",
	} {
		want, err := os.ReadFile("node_modules/socket.io-client/" + file)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get(shop.url + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 200 || string(got) != string(want) {
			t.Errorf("%s: %d, %d bytes, %v; want the %d of %s", path, answer.StatusCode, len(got), err, len(want), file)
		}
		if path == "/socket.io/socket.io.js" && !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("it comes as %s", answer.Header.Get("Content-Type"))
		}
	}
	noted, err := os.ReadFile("../public/vendor/socket.io.min.js.sha256")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("../public/vendor/socket.io.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(content); string(noted) != hex.EncodeToString(sum[:])+"  socket.io.min.js\n" {
		t.Errorf("its sum is %x, and noted is %s", sum, noted)
	}
}
