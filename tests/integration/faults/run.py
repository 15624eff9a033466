# SPDX-License-Identifier: GPL-3.0-or-later
"""One story through one fault, in a namespace of its own."""

from __future__ import annotations

import contextlib
import secrets
import time
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._ansible.connected import SystemClock
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options, Timings
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.tests.integration.faults import stories
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer
from ansible_collections.steady.rollout.tests.integration.faults.proxy import Exchange, Loop, Proxy
from ansible_collections.steady.rollout.tests.integration.faults.stories import Ending, Story

Json = dict[str, t.Any]

TIMINGS = Timings(connect=3.0, read=4.0, write=4.0, watch=(3.0, 5.0), silence=1.0, relist=15.0)
"""As in earnest, but for how long silence is borne: that would make up most of a run."""
_LEAVING = TIMINGS.watch[1] + TIMINGS.silence


@dataclass
class Narrative:
    """What was told while it went on."""

    detailed: t.ClassVar[bool] = True
    lines: list[str] = field(default_factory=list)

    def say(self, text: str, **_how: object) -> None:
        """Keep the line."""
        self.lines.append(text)


@dataclass(frozen=True)
class Report:
    """How a run ended, and what speaks against it."""

    outcome: Outcome
    ending: Ending
    strikes: int
    repeated: tuple[str, ...]
    watches_left: int
    leases: int
    seconds: float
    told: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.outcome.message, *self.told, f"{self.strikes} faults"])


def credentials(proxy: Proxy, authority: str) -> Options:
    """The way to the real server through the proxy."""
    cluster = {"server": proxy.url, "certificate-authority-data": authority}
    return Options(
        kubeconfig={
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "fault",
            "clusters": [{"name": "fault", "cluster": cluster}],
            "users": [{"name": "fault", "user": {"token": "let-me-in"}}],
            "contexts": [{"name": "fault", "context": {"cluster": "fault", "user": "fault"}}],
        }
    )


class Stage:
    """What all runs share."""

    def __init__(self, observer: Observer, loop: Loop, authority: str) -> None:
        self.observer = observer
        self._loop = loop
        self._authority = authority

    def play(
        self,
        story: Story,
        fault: t.Callable[[Exchange], t.Awaitable[None]],
        patience: float = 60.0,
    ) -> Report:
        """Prepare it, do it through the proxy, and look at what came of it."""
        namespace = f"fault-{secrets.token_hex(5)}"
        self.observer.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
        proxy = Proxy(self._loop, fault)
        try:
            story.given(self.observer, namespace, story.kind)
            told = Narrative()
            cluster = connect(credentials(proxy, self._authority), patience=patience, timings=TIMINGS)
            started = time.monotonic()
            with cluster.shared() if story.shared else contextlib.nullcontext():
                outcome = story.when(Ports(cluster, SystemClock(), told), namespace)
            seconds = time.monotonic() - started
            return Report(
                outcome,
                self.ending(story.kind, outcome, namespace),
                proxy.strikes,
                tuple(write.body for write, times in Counter(proxy.writes).items() if times > 1 and write.once),
                proxy.watches_left(_LEAVING),
                len(self.observer.items(f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases")),
                seconds,
                tuple(told.lines),
            )
        finally:
            proxy.close()
            self.observer.ask("DELETE", f"/api/v1/namespaces/{namespace}")

    def ending(self, kind: str, outcome: Outcome, namespace: str) -> Ending:
        """How it ended: the outcome's word, and the cluster's."""
        workload = self.observer.ask("GET", stories.path_of(kind, namespace, "app"))
        pods = self.observer.items(f"/api/v1/namespaces/{namespace}/pods")
        revisions = stories.path_of("ReplicaSet" if kind == "Deployment" else "ControllerRevision", namespace)
        images = [item["image"] for item in workload["spec"]["template"]["spec"]["containers"]]
        return Ending(
            status=outcome.status,
            code=outcome.findings[0].code if outcome.findings else "",
            changed=outcome.changed,
            version_before=outcome.before.get("version", ""),
            version_after=outcome.after.get("version", ""),
            rolled_back=outcome.rolled_back.get("version", ""),
            image=images[0].rpartition(":")[2],
            replicas=workload["spec"].get("replicas", workload["status"].get("desiredNumberScheduled")),
            running=sum(_ready(pod) for pod in pods),
            generation=workload["metadata"]["generation"],
            revisions=len(self.observer.items(revisions)),
        )


def _ready(pod: Json) -> bool:
    conditions = {item["type"]: item["status"] for item in pod["status"].get("conditions") or ()}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]
