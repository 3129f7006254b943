// Package e2e opens the shop in a real browser, as its visitors do.
//
// # The model
//
// [TestMain] builds the program once, with the race detector, and starts one browser. Every test
// then opens a [shop] of its own (a process on a free port with an empty folder) and [page]s on it;
// each page is a visitor with cookies of their own. The tests know nothing of the shop's packages:
// they see what a person sees, and fill the shop through its API. As they share nothing else, each
// says t.Parallel: most of their time they wait.
//
// A page is watched from its first request to its last. A line on the console, a broken rule of the
// Content-Security-Policy, a script's exception, a dialog, a request to another place or a failed
// one fails the test, whatever the test looks at. An error page that a test means to see it must
// claim with [page.answered]. When a step fails, a picture of the page is left in the folder that
// the failure names.
package e2e

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/faults/harness"
)

// world is what all tests share. TestMain fills it before the first test, and nothing changes it
// after.
var world struct {
	program string          // the shop
	browser context.Context // the browser, to open pages in
	axe     string          // the source of axe-core
}

func TestMain(m *testing.M) {
	code, err := testAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func testAll(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "pulperia-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if world.program, err = harness.Build(dir, raceFlags...); err != nil {
		return 0, err
	}
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		return 0, fmt.Errorf("%w (scripts/setup installs it)", err)
	}
	world.axe = string(axe)
	profile := filepath.Join(dir, "profile")
	browser, closeBrowser, err := startBrowser(profile)
	if err != nil {
		return 0, err
	}
	defer closeBrowser()
	world.browser = browser
	return mongotest.Main(m), nil
}

// startBrowser starts Chromium with a profile of its own, and nothing that it does by itself: all
// that leaves it, a test has caused. CHROMIUM in the environment names another browser than the one
// that is found. The headless shell draws the same pages with little more than half of the work.
func startBrowser(profile string) (context.Context, context.CancelFunc, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), // root has no other way
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP "+plainHost+" 127.0.0.1"),
		chromedp.UserDataDir(profile),
	)
	shell, _ := exec.LookPath("chromium-headless-shell") // as Debian calls it
	if path := cmp.Or(os.Getenv("CHROMIUM"), shell); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, closeTab := chromedp.NewContext(allocator)
	if err := chromedp.Do(browser); err != nil {
		closeTab()
		stop()
		return nil, nil, fmt.Errorf("start Chromium: %w (scripts/setup installs it; CHROMIUM may name another)", err)
	}
	return browser, func() { closeTab(); stop() }, nil
}
