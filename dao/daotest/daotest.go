// Package daotest is the contract of package dao as a test: one suite that every engine passes, so
// that nobody above can tell one from another.
//
// Each subtest states one rule of the contract, and where engines are tempted to differ, why. The
// tests stand in files named like those of the contract; rules that hold for every kind of value
// are in kinds.go, which loops over the kinds there are, and in writes.go, steps.go, parallel.go,
// owner.go and durable.go. One kind is the suite's own (parcel.go): what the suite says of that holds for
// every kind to come. Two of them are random: listing.go compares the listing with
// models.ProductQuery.Select, machine.go runs whole lives of a store beside a model of it. Both
// print how to repeat a failure; -rapid.checks makes them longer, -short shorter. Each test has a
// store of its own, and groups run side by side.
//
// That the suite can fail is a test too: see mutant_test.go.
package daotest

import (
	"testing"

	"pulperia/dao"
)

// Harness tells the suite how to make stores of one engine. Its functions are called from several
// goroutines at once.
type Harness struct {
	// Open makes a new, empty store and closes it when the test ends.
	Open func(t *testing.T) dao.Store

	// Reopen closes a store that Open or Reopen made and opens what it kept.
	Reopen func(t *testing.T, s dao.Store) dao.Store
}

// test is one rule. Its name is the rule.
type test struct {
	name string
	run  func(t *testing.T, h Harness)
}

// Run tests that the engine keeps the contract.
func Run(t *testing.T, h Harness) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"Kinds", kindTests()},
		{"Products", productTests()},
		{"Variants", variantTests()},
		{"Carts", cartTests()},
		{"Messages", messageTests()},
		{"Feed", feedTests()},
		{"Wait", waitTests()},
		{"Presence", presenceTests()},
		{"Load", loadTests()},
		{"Dump", dumpTests()},
		{"Engine", engineTests()},
		{"Images", imageTests()},
		{"Attend", attendTests()},
		{"Writes", writeTests()},
		{"Steps", stepTests()},
		{"Owner", ownerTests()},
		{"Parallel", parallelTests()},
		{"Durable", durableTests()},
		{"Random", randomTests()},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, h) })
			}
		})
	}
}
