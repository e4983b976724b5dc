# Rollcall. `make` alone lists what there is.

SHELL := /bin/bash
GO ?= go
# Deeper runs of the same tests: make test SEEDS=100000 RACE=all
SEEDS ?=
# Graph's SDK takes many minutes to build with the race detector, so its adapter goes without unless asked.
RACE ?=
AXE := .judges/node_modules/axe-core/axe.min.js

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: test
test: needs vet ## everything: format, vet, all tests with the race detector where it counts
	ROLLCALL_SEEDS=$(SEEDS) ROLLCALL_AXE=$$(test -f $(AXE) && realpath $(AXE)) $(GO) test -timeout 14m ./...
	$(GO) test -race -short -timeout 10m $$($(GO) list ./adapters/... | { [ "$(RACE)" = all ] && cat || grep -v '/adapters/entra$$'; }) ./bot/... ./sync/...
	$(GO) run ./cmd/rollcall demo --check

.PHONY: vet
vet: ## format and vet
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...

# What the tests need and a fresh machine may lack. Installed from Debian where that is possible,
# otherwise named. axe-core checks the demo page's accessibility; without npm that check is skipped.
.PHONY: needs
needs: ## install what the tests need
	@if ! command -v chromium >/dev/null || ! command -v sqlite3 >/dev/null; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium sqlite3 >/dev/null; \
	  else echo "The tests need Chromium and sqlite3. Install them with: sudo apt-get install chromium sqlite3"; exit 1; fi; fi
	@if [ ! -f $(AXE) ] && command -v npm >/dev/null; then \
	  mkdir -p .judges && npm install --silent --no-save --no-audit --no-fund --prefix .judges axe-core@4.14.0 >/dev/null 2>&1 \
	  || echo "axe-core can't be had from npm: the accessibility check of the demo's page is skipped"; fi

.PHONY: lint
lint: ## golangci-lint with .golangci.yml
	@command -v golangci-lint >/dev/null || { echo "Install golangci-lint: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0"; exit 1; }
	golangci-lint run ./...

# Each is a folder with a package.json, whose versions are exact, and a judge.mjs. Nothing of npm is shipped.
# The one that draws the cards leaves the drawings in cards/judge/drawn, to be looked at.
JUDGES := adapters/slack/slacksim/judge adapters/teams/judge cards/adaptive/judge cards/judge manifests/judge
NPM_INSTALL := npm install --silent --no-save --no-audit --no-fund --legacy-peer-deps --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000

.PHONY: judges
judges: ## the platforms' own SDKs and renderers against our simulators, activities and cards (needs Node, npm, Chromium)
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "The judges need Node.js and npm: sudo apt-get install nodejs npm"; exit 1; }
	@failed=; for judge in $(JUDGES); do echo "== $$judge"; \
	  if ! (cd $$judge && $(NPM_INSTALL)); then \
	    echo "FAIL: npm could not install what package.json names: is the registry reachable?"; failed="$$failed $$judge"; \
	  elif ! (cd $$judge && node judge.mjs); then failed="$$failed $$judge"; fi; done; \
	if [ -n "$$failed" ]; then echo "The judges did not accept everything:$$failed"; exit 1; fi

.PHONY: demo
demo: ## the demo: open the page that it names
	$(GO) run ./cmd/rollcall demo

.PHONY: golden
golden: ## write the golden files anew, after looking at why they differ
	$(GO) test ./cards/... ./sync/plan/... -update
