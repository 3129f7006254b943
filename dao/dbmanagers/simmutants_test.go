package dbmanagers

import (
	"maps"
	"slices"
	"testing"

	"pulperia/dose"
)

var mutantSeeds = dose.Flag("sim.mutants", 300, 2_000, "seeds in which a broken protocol must be found")

// mutants are protocols that are broken in one rule, each with what the rule is for. The simulation
// must find every one. Two that it finds too seldom are found by TestOthersBeforeApplied.
var mutants = map[string]string{
	"no-step-ids":    "a place is taken for one's own because it is taken",
	"blind-fail":     "a time-out is taken for a failure",
	"unordered":      "what follows on a lost place is inserted all the same",
	"no-tail":        "documents are read as they are",
	"owners-once":    "whose a text is is known by the documents only",
	"no-filter":      "a change is applied whatever is in the document",
	"skip-unmatched": "what did not match is not looked at",
	"trust-commit":   "what is committed counts as applied",
	"list-unsettled": "a listing does not wait until documents are brought forward",
	"no-graves":      "a create that arrives after the delete stays",
}

func TestSimulationFinds(t *testing.T) {
	if underRace { // make simulate does it without
		return
	}
	for _, mutant := range dose.Some(slices.Sorted(maps.Keys(mutants)), 3) {
		t.Run(mutant, func(t *testing.T) {
			for seed := uint64(1); seed <= uint64(mutantSeeds.Get()); seed++ {
				s := scenarioOf(seed)
				s.mutant = mutant
				if wrong := simulate(t, s); len(wrong) > 0 {
					t.Attr("broken_protocols_found", "1")
					t.Logf("seed %d: %s", seed, wrong[0])
					return
				}
			}
			t.Errorf("%s is not found: %s", mutant, mutants[mutant])
		})
	}
}
