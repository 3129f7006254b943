package e2e

import (
	"os/exec"
	"testing"
)

// The line is no private matter of our own scripts: what most of the world connects with, npm's ws,
// is served as well.
func TestClientOfNPM(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	if said, err := exec.Command("node", "clients/ws.mjs", shop.url).CombinedOutput(); err != nil {
		t.Errorf("the client failed (%v):\n%s", err, said)
	}
}
