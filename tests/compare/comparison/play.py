# SPDX-License-Identifier: GPL-3.0-or-later
"""One scenario with one tool, in a namespace of its own: given, when, and a look at the cluster as the tool returns."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from .judgement import Judgement, judge
from .scenarios import Json, Scenario
from .shell import Shell
from .state import State, state_of
from .tools import HERE, Tool

LABEL = "steady.rollout/comparison"
SETTING_UP = 120
"""Seconds that each step of what is given may take, on a machine that is busy with other plays."""


class NotPlayed(Exception):
    """What was given did not come about, so nothing can be said about the tool."""


@dataclass(frozen=True)
class Place:
    """Where and how all plays of one comparison run. ``timeout``: what each tool is told, in seconds."""

    shell: Shell
    folder: Path
    logs: Path
    programs: str
    kubeconfig: Path
    timeout: int
    run: str

    def environment(self, **more: str) -> dict[str, str]:
        """Variables for every process; what tools keep for themselves goes to the comparison's own folder."""
        own = {name: str(self.folder) for name in ("TMPDIR", "KUBECACHEDIR", "ANSIBLE_HOME")}
        helm = {f"HELM_{name}_HOME": str(self.folder / "helm") for name in ("CACHE", "CONFIG", "DATA")}
        kubeconfig = {"KUBECONFIG": str(self.kubeconfig), "K8S_AUTH_KUBECONFIG": str(self.kubeconfig)}
        return {"PATH": self.programs, "ANSIBLE_NOCOLOR": "1", **own, **helm, **kubeconfig, **more}


def play(place: Place, scenario: Scenario, tool: Tool) -> Judgement:
    """Raises NotPlayed, Stopped."""
    namespace = f"compare-{secrets.token_hex(3)}"
    folder = place.folder / namespace
    folder.mkdir()
    environment = environment_of(place, scenario, folder, namespace)
    log = place.logs / f"{scenario.name.replace(' ', '-')}.{tool.name}.log"
    words = f"cd '{folder}' && . '{HERE}/tools/given.sh' && . '{HERE}/tools/{tool.script}' && "
    try:
        prepare(place, scenario, folder, environment)
        given = place.shell.run(words + scenario.given, environment, HERE, 3 * SETTING_UP)
        log.write_text(f"{given.output}\n--- {scenario.when}\n")
        if given.code != 0:
            raise NotPlayed(f"what it takes did not come about ({log}): {given.output.strip().splitlines()[-1:]}")
        played = place.shell.run(words + scenario.when, environment, HERE, 3 * place.timeout + 30)
        state = observe(place, environment)
        judgement = judge(scenario, played, state)
        with log.open("a") as file:
            print(f"{played.output}\n--- exit code {played.code}\n{state}\n{judgement}", file=file)
        return judgement
    finally:
        place.shell.finish(f"kubectl delete namespace {namespace} --wait=false", place.environment(), HERE)


def environment_of(place: Place, scenario: Scenario, folder: Path, namespace: str) -> dict[str, str]:
    return place.environment(
        KUBECONFIG=str(folder / "kubeconfig"),
        K8S_AUTH_KUBECONFIG=str(folder / "kubeconfig"),
        NAMESPACE=namespace,
        KIND=scenario.before["kind"],
        IMAGE="registry.lab:5000/app",
        TIMEOUT=f"{place.timeout}s",
        PATIENCE=f"{SETTING_UP}s",
        CHART=str(HERE / "chart"),
        PLAYBOOKS=str(HERE / "playbooks"),
        BEFORE=str(folder / "before.yml"),
        AFTER=str(folder / "after.yml"),
        BEFORE_VALUES=str(folder / "before.values"),
        AFTER_VALUES=str(folder / "after.values"),
    )


def prepare(place: Place, scenario: Scenario, folder: Path, environment: dict[str, str]) -> None:
    """The namespace, a kubeconfig that points at it, and the workload's definitions: one chart makes them for every tool."""
    values: dict[str, Json] = {"before": scenario.before, "after": {**scenario.before, **scenario.after}}
    for name, content in values.items():
        (folder / f"{name}.values").write_text(json.dumps(content))
    (folder / "kubeconfig").touch(0o600)
    (folder / "kubeconfig").write_bytes(place.kubeconfig.read_bytes())
    text = f"""
        helm template app "$CHART" --values="$BEFORE_VALUES" > "$BEFORE" &&
        helm template app "$CHART" --values="$AFTER_VALUES" > "$AFTER" &&
        kubectl config set-context --current --namespace="$NAMESPACE" &&
        kubectl create namespace "$NAMESPACE" &&
        kubectl label namespace "$NAMESPACE" {LABEL}={place.run}"""
    prepared = place.shell.run(text, environment, HERE, SETTING_UP)
    if prepared.code != 0:
        raise NotPlayed(prepared.output.strip())


def observe(place: Place, environment: dict[str, str]) -> State:
    """The workload and its pods as the API server has them now."""
    seen = place.shell.run("kubectl get Deployments,StatefulSets,pods --output=json", environment, HERE, SETTING_UP)
    if seen.code != 0:
        raise NotPlayed(f"the cluster could not be asked afterwards: {seen.output.strip()}")
    return state_of(json.loads(seen.output)["items"])
