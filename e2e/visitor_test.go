package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

	"pulperia/dose"
)

// visitor is who opens a page, and on what.
type visitor struct {
	width, height int64
	language      string // of Accept-Language; es-AR when empty
	dark          bool
	withoutScript bool
	slowNetwork   bool
	inTheStreet   bool // with a cheap phone: a slow network, a slow processor and a fine screen
}

// The screens that the shop must look right on.
var (
	phone   = visitor{width: 360, height: 740}
	desktop = visitor{width: 1280, height: 900}
)

// onBoth runs a test on a phone and on a desktop; in the small dose on one of them.
func onBoth(t *testing.T, test func(*testing.T, visitor)) {
	for _, v := range dose.Some([]visitor{phone, desktop}, 1) {
		name := "desktop"
		if v.width == phone.width {
			name = "phone"
		}
		t.Run(name, func(t *testing.T) { test(t, v) })
	}
}

// bothLanguages are those of the pages; in the small dose one of them.
func bothLanguages() []string { return dose.Some([]string{"es", "en"}, 1) }

// bothWays are with scripts and without; in the small dose one of them.
func bothWays() []bool { return dose.Some([]bool{true, false}, 1) }

// become changes who looks at the page, and on what.
func (p *page) become(v visitor) {
	p.t.Helper()
	p.scriptless = v.withoutScript
	scheme, language := "light", v.language
	if v.dark {
		scheme = "dark"
	}
	if language == "" {
		language = "es-AR"
	}
	latency, throughput, density, slowness := 0.0, -1.0, 1.0, 1.0
	if v.slowNetwork || v.inTheStreet {
		latency = 150 // ms: the page stands before its pictures come
	}
	if v.inTheStreet {
		throughput, density, slowness = 1.6e6/8, 2, 4 // bytes a second, pixels, times
	}
	p.do(
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: v.width, Height: v.height, DeviceScaleFactor: density, Mobile: v.width < 600,
		}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.withoutScript}),
		command(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}),
		command(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: latency, DownloadThroughput: throughput, UploadThroughput: throughput}},
		}),
		command(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowness}),
	)
}
