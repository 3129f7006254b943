package app

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads a command line with the given environment.
func parse(t *testing.T, environment map[string]string, args ...string) (cli, error) {
	t.Helper()
	for name, value := range environment {
		t.Setenv(name, value)
	}
	var c cli
	parser, err := kong.New(&c, kong.DefaultEnvars("PULPERIA"), kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return c, err
}

// Flags win over the environment, which wins over the defaults; PORT means all addresses.
func TestListen(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment map[string]string
		args        []string
		want        string
	}{
		{"default", nil, nil, "127.0.0.1:8080"},
		{"flag", nil, []string{"--listen", ":9000"}, ":9000"},
		{"environment", map[string]string{"PULPERIA_LISTEN": "127.0.0.1:9001"}, nil, "127.0.0.1:9001"},
		{"flag over environment", map[string]string{"PULPERIA_LISTEN": "127.0.0.1:9001"}, []string{"serve", "--listen", ":9000"}, ":9000"},
		{"port of a platform", map[string]string{"PORT": "3000"}, nil, ":3000"},
		{"our own setting over the platform's", map[string]string{"PORT": "3000", "PULPERIA_LISTEN": ":9001"}, nil, ":9001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := parse(t, test.environment, test.args...)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Serve.address(); err != nil || got != test.want {
				t.Errorf("listens on %s (%v), not %s", got, err, test.want)
			}
		})
	}
}

// --store stands before or after the name of any command.
func TestStoreAnywhere(t *testing.T) {
	for _, args := range []string{
		"--store shop", "serve --store shop", "--store shop serve", "check --store shop", "--store shop check",
		"import --store shop f.csv", "--store=shop import f.csv", "export --store shop out", "--store shop export out",
	} {
		c, err := parse(t, nil, strings.Fields(args)...)
		if err != nil || c.Store != "shop" {
			t.Errorf("%s: store %q, %v", args, c.Store, err)
		}
	}
	if c, err := parse(t, map[string]string{"PULPERIA_STORE": "elsewhere"}, "check"); err != nil || c.Store != "elsewhere" {
		t.Errorf("environment: store %q, %v", c.Store, err)
	}
}

// A setting that cannot be is refused with its name and value.
func TestBadSettings(t *testing.T) {
	for _, test := range []struct {
		environment map[string]string
		args        string
		want        string
	}{
		{nil, "--listen 8080", `--listen "8080"`},
		{map[string]string{"PORT": "http"}, "", `PORT="http"`},
		{nil, "--requests-per-minute -1", "--requests-per-minute"},
		{nil, "--messages-per-minute=-1", "--messages-per-minute -1"},
		{nil, "--cart-days=-1", "--cart-days -1"},
		{nil, "--keep-changes 0", "--keep-changes 0"},
		{nil, "--trusted-proxy 10.0.0.0/40", `--trusted-proxy "10.0.0.0/40"`},
		{nil, "--max-connections=-1", "--max-connections -1"},
		{nil, "--frames-per-minute=-1", "--frames-per-minute -1"},
		{nil, "--origin https://*.example", `"https://*.example"`},
		{nil, "--url shop.example", `--url: origin "shop.example"`},
		{nil, "--url https://shop.example/tienda", `--url: origin "https://shop.example/tienda"`},
		{nil, "--log-format xml", "--log-format"},
		{nil, "--lisen :1", "unknown flag --lisen"},
		{nil, "sell", "sell"},
		{nil, "import", "file"},
	} {
		t.Run(test.want, func(t *testing.T) {
			_, err := parse(t, test.environment, strings.Fields(test.args)...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v does not name %s", err, test.want)
			}
		})
	}
}

// The shop's own address is one without a path; a slash at its end is none.
func TestOwnAddress(t *testing.T) {
	for _, text := range []string{"https://shop.example", "https://shop.example/"} {
		if c, err := parse(t, map[string]string{"PULPERIA_URL": text}); err != nil || c.Serve.URL != "https://shop.example" {
			t.Errorf("%s is %q, %v", text, c.Serve.URL, err)
		}
	}
}

// An address without a network stands for itself.
func TestProxies(t *testing.T) {
	c, err := parse(t, nil, "--trusted-proxy", "10.1.2.3/8", "--trusted-proxy", "192.0.2.1", "--trusted-proxy", "::1")
	if err != nil {
		t.Fatal(err)
	}
	networks, err := c.Serve.proxies()
	if err != nil || len(networks) != 3 || networks[0].String() != "10.0.0.0/8" || networks[1].String() != "192.0.2.1/32" || networks[2].String() != "::1/128" {
		t.Errorf("%v, %v", networks, err)
	}
}
