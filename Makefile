# What a developer does here. `make help` lists it; CONTRIBUTING.md says more.
MVN = mvn -B -ntp
MODULE ?=
comma := ,
only = $(if $(MODULE),-pl holdfast-$(MODULE) -am)
.DEFAULT_GOAL := help
.PHONY: help setup format test check bench soak fuzz mutate docs

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "MODULE=sql and the like limits test, fuzz and mutate to one module."

setup: ## install what tests need and build once
	./holdfast verify --quick

format: ## put all sources in the one format
	$(MVN) -q spotless:apply

test: ## unit tests only: no network, no database
	$(MVN) $(only) -DskipITs -Djacoco.skip verify

check: ## everything, as the build machine does
	./holdfast verify

bench: ## what judging costs, then throughput and CPU against PgBouncer and PostgreSQL itself
	bench/judging
	bench/run
	bench/guarded

soak: ## 500 idle and 100 busy sessions for five minutes: does anything leak?
	bench/soak

fuzz: ## fuzz the decoders for ten minutes each
	JAZZER_FUZZ=1 $(MVN) $(only) test-compile surefire:test@fuzz -Dfuzz.reuseForks=false -Dfuzz.hooks=true -Dtest='*FuzzTest' -Dsurefire.failIfNoSpecifiedTests=false

mutate: ## mutation tests of what decides: guard and sql
	$(MVN) -pl $(or $(MODULE:%=holdfast-%),holdfast-guard$(comma)holdfast-sql) -am test-compile org.pitest:pitest-maven:mutationCoverage

docs: ## the documentation of every public type
	$(MVN) -DskipTests package javadoc:aggregate
