# `make testserver` and `make test` are all a fresh machine needs: Node >= 20.19, Python >= 3.10, git and make.
.PHONY: help setup build testserver static test check fix bench clean

help:
	@echo 'make testserver   the playground behind https://www.drund.localhost:8443/, with HMR'
	@echo 'make test         every test: unit, plugins, Django, browser'
	@echo 'make static       the production build of the playground'
	@echo 'make check        types, lint, format, unused code, packages'
	@echo 'make bench        the old tools against ours, in one run'
	@echo 'make clean        remove what the builds made'

# npm writes this file last, so it is as old as the last whole installation. Not `npm ci`: that refuses a lock file which
# lacks an optional package of some other platform, and such packages are not to be had everywhere.
node_modules/.package-lock.json: package-lock.json
	@node scripts/prerequisites.mjs
	npm install --no-audit --no-fund
	@touch $@

playground/legacy/node_modules/.package-lock.json: playground/legacy/package-lock.json
	cd playground/legacy && npm install --no-audit --no-fund
	@touch $@

build: node_modules/.package-lock.json
	npm run --silent build

setup: build
	cd playground && npx --no-install kovu init

testserver: setup
	cd playground && npx --no-install kovu testserver

static: setup
	cd playground && npx --no-install kovu static

test: setup playground/legacy/node_modules/.package-lock.json
	node scripts/test.mjs

check: setup
	npm run --silent check
	node scripts/check-python.mjs

fix: node_modules/.package-lock.json
	npm run fix

bench: setup playground/legacy/node_modules/.package-lock.json
	node scripts/bench.mjs

clean:
	rm -rf plugins/*/dist plugins/*/*.tsbuildinfo .tmp playground/legacy/build playground/staticroot playground/node_modules/.kovu
