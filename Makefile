# What one does with this repository. `make check` is what CI runs.

ifndef together # only what `test` names runs side by side
.NOTPARALLEL:
endif
.PHONY: run quick most contract test full simulate inside race e2e check setup format tidy lint release bench faults screens

# A program with the race detector waits for a second before it ends, and tests start hundreds of them. What is suppressed are
# races inside of the driver.
export GORACE ?= atexit_sleep_ms=20 suppressions='$(CURDIR)/scripts/race.suppressions'

# Before a command: one MongoDB server for all tests in it.
with_mongodb = go tool withmongodb

# The shop with the demo catalogue.
run:
	go run . --demo

# Most of what can be wrong: small doses, the files in full and of MongoDB the contract; neither the race detector nor a
# browser. What else is left out says so itself, by dose.SkipSmall. Most tests wait for something: many go on at a time.
quick: format
	go vet ./...
	$(MAKE) --no-print-directory -j2 together=yes most contract

# Without what only debuggers read in them, test programs are linked in half the time.
small = go test -short -ldflags=-s -parallel 8

most:
	$(small) $$(go list ./... | grep -Ev '/dao/dbmanagers|/faults')

contract:
	$(small) -run '^TestContract$$' ./dao/dbmanagers

# All tests in small doses, the browser's included: these wait while the others compute. What a package says comes in one
# piece. Then with the race detector.
test: export DOSE = small
test: full
	$(MAKE) --no-print-directory race

# All tests in the usual doses, unless DOSE says something else: before a release.
full: setup
	$(MAKE) --no-print-directory -j2 together=yes inside e2e

# The simulation of the MongoDB engine, that it finds broken ones, and how many round trips things take: virtual time, so
# without the race detector.
simulate:
	go test -run '^TestSimulation|FromFar$$' ./dao/dbmanagers

# The tests without a browser.
inside: setup
	$(with_mongodb) go test -parallel 4 -timeout 40m ./...
	$(with_mongodb) go -C bench test -timeout 40m ./...

# Those that meet in one program, in small doses and with the race detector, which makes everything take five times as long:
# a race shows at the first meeting of two, and not at the hundredth. Packages that start the program are left out, since each
# start takes long then (`go test -race -short ./app ./faults/walk` tries them), and that of pictures, which computes alone.
race: setup
	$(with_mongodb) go test -race -short -timeout 40m $$(go list ./... | grep -Ev '/app$$|/faults|/pictures$$')
	$(with_mongodb) go -C bench test -race -short -timeout 40m ./...

# The browser tests. Never from the cache: the program that they try lies outside of their module, where the cache of results
# does not look. With -race that program has the race detector.
e2e: setup
	$(with_mongodb) go -C e2e test -count=1 -timeout 40m ./...

check: setup format tidy lint test

# Installs what is missing, or says how to.
setup:
	@scripts/setup

format:
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "not formatted, run gofmt -w on:" $$files; exit 1; }

tidy:
	go mod tidy -diff
	go -C e2e mod tidy -diff
	go -C bench mod tidy -diff

# The scripts' types stand in their comments, and in e2e/scripts.d.ts. staticcheck has one pin, in the go.mod of the shop; it serves all modules.
lint:
	go vet ./...
	go tool staticcheck ./...
	for module in e2e bench; do (cd $$module && go vet ./... && $$(cd .. && go tool -n staticcheck) ./...) || exit 1; done
	e2e/node_modules/.bin/tsc -p e2e/jsconfig.json
	e2e/node_modules/.bin/oxlint -c e2e/oxlintrc.json public/js e2e/clients bench/peer

# What is given out, into release/; the one for this machine is started in an empty folder.
release:
	scripts/release release
	go test -count=1 -run Release ./app

# The measurements, into docs/benchmarks.md.
bench: setup
	$(with_mongodb) go -C bench run .

# Every promise tried for long, into docs/trust.md.
faults: setup
	$(with_mongodb) go run ./faults

# The pictures of the documentation, into docs/screens.
screens: setup
	mkdir -p docs/screens
	cd e2e && PULPERIA_SCREENS=../docs/screens go test -count=1 -run TestScreens ./...
