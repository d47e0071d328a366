# Targets:
#
#   make            build ./stasis
#   make test       everything that CI runs
#   make check      formatting, vet, staticcheck, generated files, tests with the race detector and the invariants
#   make bench      speed, with QEMU and Bochs beside it where installed, BENCHTIME rounds; ROWS chooses, as go test -bench does
#   make benchcmp BASE=REV  the same of an earlier revision and of this tree, by turns, compared
#   make fuzz       the fuzz targets, FUZZTIME each (10 s)
#   make soak       the long forms of the tests
#   make coverage   write docs/DEBUG-COVERAGE.md anew
#   make mutants    break rules of debugging and semantics one at a time: each must be caught
#   make pairs      choose anew which micro-operations the block engine has as one, from boots of Linux
#   make guests     fetch guest images into .guests
#   make guests-embedded  build the guests in internal/guests anew from their source

GO ?= go
TIMEOUT ?= 40m
FUZZTIME ?= 10s
BENCHTIME ?= 5x
ROWS ?= .
BENCH = $(GO) test -timeout $(TIMEOUT) -run '^$$' -bench '$(ROWS)' -benchtime $(BENCHTIME) ./bench/...
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.6.1
BENCHSTAT = golang.org/x/perf/cmd/benchstat@v0.0.0-20250813145418-2f7363a06fe1

.PHONY: build test check vet generate bench benchcmp fuzz soak coverage mutants pairs guests guests-embedded clean

build:
	$(GO) build -o stasis ./cmd/stasis

# What is missing is installed or fetched; where that is not possible, tests are skipped, unless STASIS_NO_SKIP is set.
test:
	.ci/tools
	.ci/guests || [ -z "$$STASIS_NO_SKIP" ]
	$(GO) vet ./...
	$(GO) test -timeout $(TIMEOUT) ./...

# The block engines' generated functions are left out of static analysis, so what only they use looks unused.
vet:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) -tags lint $$($(GO) list ./... | grep -v /cpu/)
	$(GO) run $(STATICCHECK) -tags lint -checks inherit,-U1000 ./cpu/...

# Generated files are in the repository; running the generators again must change nothing.
generate:
	$(GO) generate ./...
	git diff --exit-code -- ':(glob)**/z*.go'

check: vet generate
	$(GO) test -timeout $(TIMEOUT) -race -tags invariants ./...

bench:
	@mkdir -p bench/results
	STASIS_BENCH_TABLE=$(CURDIR)/docs/BENCH.md $(BENCH) | tee bench/results/latest.txt

# Six runs of the two by turns, so that what disturbs one disturbs the other.
benchcmp:
	@test -n "$(BASE)" || { echo "usage: make benchcmp BASE=REV [ROWS=REGEXP]"; exit 1; }
	@mkdir -p bench/results
	rm -rf bench/results/base bench/results/*.txt && git worktree prune
	git worktree add --detach bench/results/base $(BASE)
	[ ! -d .guests ] || ln -s "$(CURDIR)/.guests" bench/results/base/.guests
	for n in 1 2 3 4 5 6; do \
		(cd bench/results/base && $(BENCH)) >> bench/results/base.txt && $(BENCH) >> bench/results/latest.txt || break; \
	done; git worktree remove --force bench/results/base
	$(GO) run $(BENCHSTAT) bench/results/base.txt bench/results/latest.txt

# go test fuzzes one target of one package at a time.
fuzz:
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			$(GO) test -timeout $(TIMEOUT) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

soak:
	STASIS_SOAK=1 $(GO) test -count=1 -timeout 12h ./...

coverage:
	$(GO) test -json -run '^Test(Debug|Host|Exits)' ./conformance | $(GO) run ./internal/cover > docs/DEBUG-COVERAGE.md

mutants:
	$(GO) run ./conformance/mutants

# The frequencies are those of single micro-operations, so pairs are taken out first.
pairs: guests
	: > internal/gen/x86/pairs.txt
	: > internal/gen/arm64/pairs.txt
	$(GO) generate ./cpu/...
	$(GO) run ./internal/gen/pairs -n 320 .guests/vmlinuz .guests/vmlinuz-amd64 > .guests/pairs.txt
	$(GO) run ./internal/gen/pairs -n 320 -arch arm64 -console ttyAMA0 -busybox .guests/busybox-arm64 .guests/vmlinuz-arm64 > .guests/pairs-arm64.txt
	mv .guests/pairs.txt internal/gen/x86/pairs.txt
	mv .guests/pairs-arm64.txt internal/gen/arm64/pairs.txt
	$(GO) generate ./cpu/...

guests:
	.ci/guests

guests-embedded:
	$(MAKE) -C internal/guests

clean:
	rm -f stasis
