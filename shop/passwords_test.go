package shop

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
)

// What a guesser tries first is refused, and so is what is too short or too long to be one; whatever
// else somebody thinks of is taken, in any script.
func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]models.Rule{
		"": models.Required, "corta": models.TooShort, "123456789": models.TooShort, strings.Repeat("ñ", 9): models.TooShort,
		strings.Repeat("año ", 50) + "!": models.TooLong, "\xff0123456789": models.NotUTF8,
		"1234567890": models.Common, "0987654321": models.Common, "qwertyuiop": models.Common, "Password123!": models.Common,
		"CONTRASEÑA2026": models.Common, "contrasen\u0303a99": models.Common, "abcdefghijklm": models.Common, "aaaaaaaaaaaa": models.Common,
		"abababababab": models.Common, "Argentina1978": models.Common, "Ana@example.com": models.Common,
		"tres tristes tigres": "", "correct horse battery staple": "", "Kx7#pQ2v9L": "", "пароль который длинный": "", "パスワードは長いです": "", "          aZ5": "",
	} {
		problems, _ := errors.AsType[models.Invalid](CheckPassword("password", password, "ana@example.com"))
		var got models.Rule
		if len(problems) > 0 {
			got = problems[0].Rule
			if strings.Contains(problems[0].Reason(), password) && password != "" {
				t.Errorf("the reason shows the password: %s", problems[0].Reason())
			}
		}
		if got != want {
			t.Errorf("%q is refused as %q, want %q", password, got, want)
		}
	}
}

// A hash is that of its password alone, however a keyboard composes it; two of one password differ;
// and one that somebody has altered or made too dear is that of no password.
func TestHashes(t *testing.T) {
	p, ctx := newPasswords(1, nil), t.Context()
	hash, err := p.hash(ctx, "contraseña larga", 2)
	if err != nil {
		t.Fatal(err)
	}
	if other, _ := p.hash(ctx, "contraseña larga", 2); other == hash || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hashes are %s and %s", hash, other)
	}
	parts := strings.Split(hash, "$")
	for _, one := range []struct {
		hash, password string
		is             bool
	}{
		{hash, "contraseña larga", true}, {hash, "contrasen\u0303a larga", true}, {hash, "contraseña larga ", false}, {hash, "", false},
		{"", "", false}, {"", "contraseña larga", false}, {hash + "=", "contraseña larga", false}, {hash[1:], "contraseña larga", false},
		{strings.Replace(hash, "t=2", "t=3", 1), "contraseña larga", false}, {strings.Replace(hash, "t=2", "t=4000000", 1), "contraseña larga", false},
		{strings.Replace(hash, "m=19456", "m=99999999", 1), "contraseña larga", false}, {strings.Replace(hash, "t=2", "t=02", 1), "contraseña larga", false},
		{strings.Join(append(parts[:5:5], ""), "$"), "", false},
	} {
		is, err := p.match(ctx, one.hash, one.password, 1)
		if err != nil || is != one.is {
			t.Errorf("%q of %s: %v, %v", one.password, one.hash, is, err)
		}
	}
}

// Whoever has no hash, or one that is none, costs what others cost: nobody can tell by that who there
// is.
func TestNoHashCostsAsMuch(t *testing.T) {
	p := newPasswords(1, nil)
	hash, err := p.hash(t.Context(), "contraseña larga", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []string{hash, "", "none", strings.Replace(hash, "t=1", "t=0", 1)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := p.match(t.Context(), one, "otra contraseña", 1); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got < models.PasswordMemory<<10 {
			t.Errorf("%q takes %d bytes", one, got)
		}
	}
}

// What hashes took is given back before the next one is made, also where the collector alone would
// wait for hundreds of megabytes of garbage, as in a shop with a large catalogue.
func TestHashesLeaveNoMemory(t *testing.T) {
	p, ctx := newPasswords(1, nil), t.Context()
	catalogue := make([]byte, 300<<20)
	taken := func() uint64 {
		for range cap(p.desks) { // whoever has all desks knows that nobody hashes
			if _, err := p.enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		for range cap(p.desks) {
			<-p.desks
		}
		return now.HeapAlloc
	}
	runtime.GC()
	before := taken()
	for n := range 6 {
		if _, err := p.match(ctx, "", "otra contraseña", 1); err != nil {
			t.Fatal(err)
		}
		if got := taken(); got > before+models.PasswordMemory<<10/2 {
			t.Fatalf("after %d hashes %d bytes are taken, %d before the first", n+1, got, before)
		}
	}
	runtime.KeepAlive(catalogue)
}

// While a hash is made few may wait for theirs, whatever they bring; others come back later, and who
// goes leaves his place.
func TestFewWaitForAHash(t *testing.T) {
	p := newPasswords(1, nil)
	var leave []func()
	for range cap(p.desks) {
		one, err := p.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, one)
	}
	type outcome struct {
		leave func()
		err   error
	}
	ctx, cancel := context.WithCancel(t.Context())
	outcomes := make(chan outcome)
	for range 50 {
		go func() {
			leave, err := p.enter(ctx)
			outcomes <- outcome{leave, err}
		}()
	}
	for range 50 - maxWaiting {
		out := <-outcomes
		if is, fast := errors.AsType[TooFast](out.err); !fast || is.RetryAfter != time.Second {
			t.Fatalf("who finds no place gets %v", out.err)
		}
	}
	leave[0]()
	in := <-outcomes
	if in.err != nil {
		t.Fatalf("who waited gets %v", in.err)
	}
	cancel()
	for range maxWaiting - 1 {
		if out := <-outcomes; !errors.Is(out.err, context.Canceled) {
			t.Errorf("who has gone gets %v", out.err)
		}
	}
	in.leave()
	if again, err := p.enter(t.Context()); err != nil {
		t.Errorf("then there is no place: %v", err)
	} else {
		again()
	}
}

// How many passes are enough is measured, within bounds.
func TestMeasure(t *testing.T) {
	passes, err := newPasswords(0, nil).measure(t.Context())
	if err != nil || passes < leastPasses || passes > mostPasses {
		t.Errorf("%d passes: %v", passes, err)
	}
	if passes, _ := newPasswords(3, nil).measure(t.Context()); passes != 3 {
		t.Errorf("%d passes where 3 are said", passes)
	}
}

// Where nobody else makes hashes, or not whole ones, this process does.
func TestHashesWithoutHelp(t *testing.T) {
	for name, apart := range map[string]Hasher{
		"no process": func([]byte, []byte, int) ([]byte, error) { return nil, errors.New("no process") },
		"half a sum": func(password, salt []byte, passes int) ([]byte, error) { return Hash(password, salt, passes)[:16], nil },
	} {
		hash, err := newPasswords(1, apart).hash(t.Context(), "contraseña larga", 1)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := newPasswords(1, nil).match(t.Context(), hash, "contraseña larga", 1); !is || err != nil {
			t.Errorf("%s: %v, %v", name, is, err)
		}
	}
}
