# SPDX-License-Identifier: GPL-3.0-or-later
# Each target runs inside tests/environment, which makes the tools it needs on the first call.
.DEFAULT_GOAL := help
IN := tests/environment

.PHONY: help demo test lint docs unit package sanity integration report-test matrix film scaling-test compare bench bench-traffic chaos lab lab-down lab-status shell clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the whole story on a lab of three hosts: bootstrap, deploy, upgrade under traffic, undo (with KUBECONFIG set: on that cluster)
	@$(IN) lab/demo

test: ## everything below that checks, cheap steps first
	@$(IN) tests/gate

lint: ## ruff, mypy, ansible-lint, antsibull-docs, antsibull-changelog, reuse
	@$(IN) tests/gate --keep-going lint

docs: ## the documentation as a site: tests/output/docs/html/index.html
	@$(IN) tests/gate docs

unit: ## unit tests on this Python and on the oldest one a target may have
	@$(IN) tests/gate --keep-going unit

package: ## build the collection and have galaxy-importer judge it
	@$(IN) tests/gate package

sanity: ## ansible-test sanity
	@$(IN) tests/gate sanity

integration: ## the scenarios on the lab (FULL=yes: every story through every fault, not a third of the pairs)
	@FULL=$(FULL) $(IN) tests/gate integration

report-test: ## the report in a real browser: Chromium, roles, contrast, screenshots (WRITE=yes: into docs/)
	@WRITE=$(WRITE) $(IN) tests/browser/run

matrix: ## the unit tests on every supported Python, ansible-core, kubernetes and jmespath that is here, a story on the lab on the extremes
	@$(IN) tests/matrix

film: ## what the terminal shows of rollouts on the lab, into docs/progress.md
	@$(IN) lab/film

scaling-test: ## upgrades while an autoscaler acts on a real metrics server and real load, on the lab
	@$(IN) env KUBECONFIG=$${KUBECONFIG:-$${STEADY_ROLLOUT_CACHE:-$$HOME/.cache/steady-rollout}/lab/kubeconfig} pytest tests/integration/test_scaling.py

compare: ## the same scenarios with this collection, kubernetes.core, kubectl and Helm on the lab (WRITE=yes: into docs/compare.md)
	@$(IN) tests/compare/run $(if $(WRITE),--write)

bench: ## seconds, processor, memory and requests next to the peers, on the lab (SIZES=20,100,500,1000; WRITE=yes: into docs/bench.md)
	@$(IN) tests/bench/run $(if $(SIZES),--sizes=$(SIZES)) $(if $(WRITE),--write)

bench-traffic: ## what users get while a workload changes under load, on the lab (WRITE=yes: into docs/bench-traffic.md)
	@$(IN) tests/bench/traffic/run $(if $(WRITE),--write)

chaos: ## upgrades and rollbacks while real things break, on the lab (SEED= plays again, COUNT= trials, WRITE=yes: into docs/chaos.md)
	@$(IN) tests/chaos/run $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) $(if $(WRITE),--write)

lab: ## three systemd hosts under SSH, a registry and a download mirror
	@$(IN) lab/lab up

lab-down: ## end the lab; what it built stays in the cache
	@$(IN) lab/lab down

lab-status: ## what of the lab is running
	@$(IN) lab/lab status

shell: ## a shell with the tools on PATH
	@$(IN) bash

clean: ## remove what the tools left in the checkout (the cache folder stays)
	rm -rf .ansible .collections .hypothesis .mypy_cache .nox .pytest_cache .ruff_cache tests/output steady-rollout-*.tar.gz changelogs/.plugin-cache.yaml
	find . -name __pycache__ -prune -exec rm -rf {} +
