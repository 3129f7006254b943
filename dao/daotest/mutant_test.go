package daotest_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/filemanagers"
	"pulperia/dose"
)

// chosen names the mutant that a child process is to be.
const chosen = "PULPERIA_MUTANT"

// mutant is an engine with one fault, and the rule that must catch it.
type mutant struct {
	name   string
	rule   string // group/test
	infect func(dao.Store) dao.Store
}

func mutants() []mutant {
	products := func(wrap func(dao.Products) dao.Products) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Products = wrap(s.Products); return s }
	}
	carts := func(wrap func(dao.Carts) dao.Carts) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Carts = wrap(s.Carts); return s }
	}
	messages := func(wrap func(dao.Messages) dao.Messages) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Messages = wrap(s.Messages); return s }
	}
	feed := func(wrap func(dao.Feed) dao.Feed) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Feed = wrap(s.Feed); return s }
	}
	engine := func(wrap func(dao.Engine) dao.Engine) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Engine = wrap(s.Engine); return s }
	}
	presence := func(wrap func(dao.Presence) dao.Presence) func(dao.Store) dao.Store {
		return func(s dao.Store) dao.Store { s.Presence = wrap(s.Presence); return s }
	}
	return []mutant{
		{"ties are broken by id alone", "Random/a listing is what models.ProductQuery.Select says", products(func(p dao.Products) dao.Products { return tiesByID{p} })},
		{"total counts the page", "Random/a listing is what models.ProductQuery.Select says", products(func(p dao.Products) dao.Products { return totalOfPage{p} })},
		{"total is of another moment", "Parallel/a page and how many there are in all do not contradict each other", products(func(p dao.Products) dao.Products { return countsApart{p} })},
		{"delete asks nobody", "Products/delete removes nothing that a check refuses", products(func(p dao.Products) dao.Products { return asksNobody{p} })},
		{"search knows whole words only", "Random/a listing is what models.ProductQuery.Select says", products(func(p dao.Products) dao.Products { return wholeWords{p} })},
		{"delete forgets to free the code", "Products/delete frees the code", products(func(p dao.Products) dao.Products { return &keepsCodes{Products: p} })},
		{"delete forgets to free the code, found by chance", "Random/a store is what a model of it says", products(func(p dao.Products) dao.Products { return &keepsCodes{Products: p} })},
		{"codes are compared without case", "Products/a code is taken once, by its exact characters", products(func(p dao.Products) dao.Products { return foldsCodes{p} })},
		{"get shares what it keeps", "Owner/what is returned is the caller's", products(func(p dao.Products) dao.Products { return &shares{Products: p} })},
		{"create tidies up what it was given", "Owner/what is given is left as it is", products(func(p dao.Products) dao.Products { return tidies{p} })},
		{"the error of change is wrapped", "Products/update returns the error of change and stores nothing", products(func(p dao.Products) dao.Products { return wrapsErrors{p} })},
		{"absent is nothing and no error", "Products/absent products are not found", products(func(p dao.Products) dao.Products { return nilNil{p} })},
		{"categories are sorted without case", "Products/categories count products in the order of code points", products(func(p dao.Products) dao.Products { return foldsCategories{p} })},
		{"update is not atomic", "Parallel/additions to one cart at once add up", carts(func(c dao.Carts) dao.Carts { return losesUpdates{c} })},
		{"expire looks at the creation", "Carts/expire deletes what has not changed since", carts(func(c dao.Carts) dao.Carts { return expiresByCreation{c} })},
		{"expire looks first and deletes later", "Carts/expire spares a cart that changes meanwhile", carts(func(c dao.Carts) dao.Carts { return newExpiresLate(c) })},
		{"a page begins with its bound", "Messages/pages go back through all messages", messages(func(m dao.Messages) dao.Messages { return pagesTooFar{m} })},
		{"a repeated append doubles", "Messages/append again with the same content is repeated", messages(func(m dao.Messages) dao.Messages { return doubles{m} })},
		{"a done context is not seen", "Writes/a context that is done before means nothing is written", messages(func(m dao.Messages) dao.Messages { return deaf{m} })},
		{"a cancelled write lies", "Writes/a cancelled write is done, not done or unknown, and says so", messages(func(m dao.Messages) dao.Messages { return lies{m} })},
		{"a late write is acknowledged", "Durable/what was acknowledged before a close is there after it", messages(func(m dao.Messages) dao.Messages { return &promises{Messages: m} })},
		{"a receipt is of the change before", "Writes/the receipt names the write in the feed", messages(func(m dao.Messages) dao.Messages { return lateReceipts{m} })},
		{"the feed loses a change", "Feed/offsets start at 1 and have no gaps", feed(func(f dao.Feed) dao.Feed { return losesThird{f} })},
		{"the feed loses a change, found by chance", "Random/a store is what a model of it says", feed(func(f dao.Feed) dao.Feed { return losesThird{f} })},
		{"the feed swaps two revisions", "Parallel/revisions stand in the feed in their order, each once", feed(func(f dao.Feed) dao.Feed { return swapsRevisions{f} })},
		{"the feed shares what it keeps", "Owner/documents of the feed are the caller's", feed(func(f dao.Feed) dao.Feed { return &keepsChanges{Feed: f} })},
		{"a delete carries the old revision", "Feed/each change is in the feed, as it was made", feed(func(f dao.Feed) dao.Feed { return oldDeletes{f} })},
		{"the feed cuts a step", "Feed/since gives at most limit changes, oldest first, and cuts no step", feed(func(f dao.Feed) dao.Feed { return cutsSteps{f} })},
		{"the feed does not say where a step ends", "Steps/carts: a step of several values is one, also after a restart", feed(func(f dao.Feed) dao.Feed { return endsEach{f} })},
		{"the feed forgets who did it", "Steps/a step says who did it, and a restart keeps that", feed(func(f dao.Feed) dao.Feed { return forgetsBy{f} })},
		{"half of a refused step stays", "Steps/carts: a step that fails half way leaves nothing", engine(func(e dao.Engine) dao.Engine { return leavesHalf{e} })},
		{"what a step read may be old", "Steps/parcels: changes of one value at once are all made", engine(func(e dao.Engine) dao.Engine { return readsBefore{e} })},
		{"an absence that a step read may be old", "Steps/products: what a step has read is still so", engine(func(e dao.Engine) dao.Engine { return readsBefore{e} })},
		{"a text is nobody's", "Steps/products: whose a text is is still so", engine(func(e dao.Engine) dao.Engine { return knowsNoOwner{e} })},
		{"each write of a step is one", "Steps/products: what a step does to one value is one change", engine(func(e dao.Engine) dao.Engine { return stepsEach{e} })},
		{"each write of a step is one, found by chance", "Random/a store is what a model of it says", engine(func(e dao.Engine) dao.Engine { return stepsEach{e} })},
		{"any epoch will do", "Feed/since cannot tell of positions that are not in the feed", feed(func(f dao.Feed) dao.Feed { return anyEpoch{f} })},
		{"wait does not wait", "Wait/wait returns the error of a context that is done", feed(func(f dao.Feed) dao.Feed { return impatient{f} })},
		{"head runs ahead of what can be read", "Parallel/what is at a position can be read", feed(func(f dao.Feed) dao.Feed { return hasty{f} })},
		{"a process asks for the others only", "Presence/what every process says is in all, that of the caller too", presence(func(p dao.Presence) dao.Presence { return &othersOnly{Presence: p} })},
		{"who is here adds up", "Presence/set is in place of what was said before", presence(func(p dao.Presence) dao.Presence { return &addsUp{Presence: p} })},
		{"typing is seen with new names only", "Presence/set is in place of what was said before", presence(func(p dao.Presence) dao.Presence { return &namesOnly{Presence: p} })},
		{"nobody is somebody", "Presence/set with nobody removes the process", presence(func(p dao.Presence) dao.Presence { return staysEmpty{p} })},
		{"who comes is a change", "Presence/presence is in no feed and no dump", func(s dao.Store) dao.Store {
			s.Presence = announces{s.Presence, s.Messages}
			return s
		}},
		{"presence shares what it keeps", "Presence/what is given and returned is the caller's", presence(func(dao.Presence) dao.Presence { return &immortal{all: map[string]dao.Visitors{}} })},
		{"presence is never forgotten", "Presence/what is not said again is forgotten, and not too early", presence(func(dao.Presence) dao.Presence { return &immortal{all: map[string]dao.Visitors{}} })},
		{"presence is forgotten at once", "Presence/what is not said again is forgotten, and not too early", presence(func(p dao.Presence) dao.Presence { return &othersOnly{Presence: p} })},
		{"load goes in parts", "Load/load is all or none", engine(func(e dao.Engine) dao.Engine { return loadsInParts{e} })},
		{"load starts revisions anew", "Load/load keeps ids, revisions and times", engine(func(e dao.Engine) dao.Engine { return loadsAnew{e} })},
		{"dump is of a later position", "Dump/dump and the feed after it are the whole truth, under writes too", func(s dao.Store) dao.Store {
			s.Engine = &dumpsLate{s.Engine, s.Feed}
			return s
		}},
		{"a closed store is ready", "Engine/after close nothing is written", engine(func(e dao.Engine) dao.Engine { return alwaysReady{e} })},
		{"a store is taken to have been open always", "Attend/what was before a load of carts is not known", engine(func(e dao.Engine) dao.Engine { return alwaysOpen{e} })},
		{"all stores are one", "Engine/a store has an identity of its own, which outlives the process", engine(func(e dao.Engine) dao.Engine { return allOne{e} })},
		{"a restart forgets the feed", "Durable/everything outlives the process, the feed and its epoch too", func(s dao.Store) dao.Store { return s }},
	}
}

// The suite must fail for each mutant, by the rule that is named; and by none of these rules for
// the engine as it is. Since a failed test cannot be taken back, each runs in a process of its own.
func TestMutants(t *testing.T) {
	if name := os.Getenv(chosen); name != "" {
		daotest.Run(t, harness(name))
		return
	}
	t.Attr("mutants", fmt.Sprint(len(mutants())))
	var groups, tests []string
	for _, m := range dose.Some(mutants(), 6) {
		group, test, _ := strings.Cut(m.rule, "/")
		groups, tests = append(groups, group), append(tests, test)
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			output, err := runAs(t, m.name, group, test)
			failed := "--- FAIL: TestMutants/" + strings.ReplaceAll(m.rule, " ", "_")
			if err == nil || !strings.Contains(output, failed) || strings.Contains(output, "panic:") {
				t.Errorf("the suite let the mutant pass, or failed by something else (%v):\n%s", err, output)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		if output, err := runAs(t, "none", strings.Join(groups, "|"), strings.Join(tests, "|"), "-test.short"); err != nil {
			t.Errorf("the engine as it is fails, so that what fails with mutants means nothing:\n%s", output)
		}
	})
}

// runAs runs some tests of the suite in a child process that is a mutant; its random tests are the
// same in each run.
func runAs(t *testing.T, name, groups, tests string, flags ...string) (output string, err error) {
	t.Helper()
	run := "-test.run=^TestMutants$/^(" + groups + ")$/^(" + tests + ")$"
	flags = append(flags, run, "-rapid.nofailfile", "-rapid.seed=1", "-rapid.shrinktime=0s", "-test.timeout=5m")
	child := exec.CommandContext(t.Context(), os.Args[0], flags...)
	child.Env = append(os.Environ(), chosen+"="+name)
	text, err := child.CombinedOutput()
	return string(text), err
}

// harness makes stores of filemanagers with the fault of a mutant.
func harness(name string) daotest.Harness {
	infect := func(s dao.Store) dao.Store { return s }
	for _, m := range mutants() {
		if m.name == name {
			infect = m.infect
		}
	}
	var dirs sync.Map // of engines
	open := func(t *testing.T, dir string) dao.Store {
		s, err := filemanagers.Open(t.Context(), dir, filemanagers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		s = infect(s)
		dirs.Store(s.Engine, dir)
		return s
	}
	reopen := func(t *testing.T, s dao.Store) dao.Store {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		dir, _ := dirs.Load(s.Engine)
		return open(t, dir.(string))
	}
	if name == "a restart forgets the feed" {
		reopen = func(t *testing.T, s dao.Store) dao.Store { return copyOf(t, s, open(t, t.TempDir())) }
	}
	return daotest.Harness{Open: func(t *testing.T) dao.Store { return open(t, t.TempDir()) }, Reopen: reopen}
}
