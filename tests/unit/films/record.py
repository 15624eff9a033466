#!/usr/bin/env python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record films on a real cluster: KUBECONFIG=... PYTHONPATH=.collections tests/unit/films/record.py [FILM ...]

Each film has a namespace of its own (film-...), which is deleted afterwards. FILM_IMAGE names the story's service (without a tag) where
it is not the lab's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.steady.rollout.plugins.module_utils._ansible.workload import SystemClock
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.rollback import Target, rollback
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import deployment
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import film

Json = dict[str, t.Any]
Act = t.Callable[[Ports, Reference], Outcome]

IMAGE = os.environ.get("FILM_IMAGE", "registry.lab:5000/app")
OTHER_IMAGE = os.environ.get("FILM_HUNGRY_IMAGE", "registry.lab:5000/traefik:v3.7")
AFTERGLOW = 3.0
UNREAD = ("volumes", "tolerations", "serviceAccount", "serviceAccountName", "preemptionPolicy", "priority")


class Camera:
    """Takes every event of its own watches, and what goes through ``lens`` to the cluster."""

    def __init__(self, cluster: ApiCluster) -> None:
        self._cluster = cluster
        self._began = time.monotonic()
        self.scenes: list[Json] = []
        self.rolling = False

    def begin(self) -> None:
        """Time starts here; what has been seen so far was there before."""
        self._began = time.monotonic()
        self.rolling = True

    def event(self, at: float, _plural: str, kind: str, item: Json) -> None:
        """An event of a watch."""
        moment = round(at - self._began, 3) if self.rolling else 0.0
        self.scenes.append({"at": moment, "type": kind, "object": trimmed(item)})

    def patch(self, *args: t.Any, **options: t.Any) -> Json:
        """A write of the operation."""
        return self._written(lambda: self._cluster.patch(*args, **options), args[3])

    def apply(self, *args: t.Any, **options: t.Any) -> Json:
        """A write of the operation."""
        return self._written(lambda: self._cluster.apply(*args, **options), args[3])

    def logs(self, namespace: str, pod: str, container: str, **options: t.Any) -> str:
        """A log that the operation read."""
        text = self._cluster.logs(namespace, pod, container, **options)
        at = round(time.monotonic() - self._began, 3)
        self.scenes.append({"at": at, "log": [pod, container, options.get("previous", False)], "text": text})
        return text

    def _written(self, write: t.Callable[[], Json], body: Json) -> Json:
        index, at = len(self.scenes), round(time.monotonic() - self._began, 3)
        answer = write()
        self.scenes.insert(index, {"at": at, "body": body, "object": trimmed(answer)})
        return answer

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cluster, name)


def trimmed(item: Json) -> Json:
    """The object without what nothing here reads and what only makes films long."""
    item = t.cast(Json, without_nulls(item))
    meta = dict(item["metadata"])
    fields = [
        {key: value for key, value in entry.items() if key != "fieldsV1"} for entry in meta.pop("managedFields", ())
    ]
    kept = {**item, "metadata": {**meta, **({"managedFields": fields} if item["kind"] == "Deployment" else {})}}
    if item["kind"] == "Pod":
        containers = [
            {key: value for key, value in each.items() if key != "volumeMounts"} for each in item["spec"]["containers"]
        ]
        kept["spec"] = {key: value for key, value in item["spec"].items() if key not in UNREAD} | {
            "containers": containers
        }
    return kept


def without_nulls(value: t.Any) -> t.Any:
    """A null says no more than nothing, and in a film it means that a field went away."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


class Aloud:
    """Progress to the terminal."""

    def say(self, text: str) -> None:
        """One line."""
        print(f"    {text}", flush=True)


def manifest(reference: Reference, image: str, **container: t.Any) -> Json:
    """A Deployment of the story's service."""
    labels = {"app.kubernetes.io/name": reference.name}
    app = {
        "name": "app",
        "image": image,
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": "LAME_DUCK", "value": "500ms"}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 1},
        **container,
    }
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    pod = {"automountServiceAccountToken": False, "terminationGracePeriodSeconds": 5, "containers": [app]}
    spec = {
        "replicas": 3,
        "selector": {"matchLabels": labels},
        "strategy": rolling,
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    meta = {"name": reference.name, "namespace": reference.namespace, "labels": labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


LIMITS = Limits(config_grace=2.0, unschedulable_grace=3.0, image_pull_grace=5.0)


def upgraded(version: str, **settings: t.Any) -> Act:
    return lambda ports, reference: upgrade(ports, reference, Wanted(version), Settings(limits=LIMITS, **settings))


def deployed(
    version: str = "2.0",
    image: str = "",
    *,
    replicas: int = 3,
    on_failure: str = "rollback",
    limits: Limits = LIMITS,
    **container: t.Any,
) -> Act:
    """The same service with another container; on failure what was there before comes back."""

    def act(ports: Ports, reference: Reference) -> Outcome:
        wanted = manifest(reference, image or f"{IMAGE}:{version}", **container)
        wanted["spec"]["replicas"] = replicas
        return deploy(ports, wanted, Settings(limits=limits, on_failure=on_failure), force_conflicts=True)

    return act


def rolled_back(ports: Ports, reference: Reference) -> Outcome:
    return rollback(ports, reference, Target(), Settings())


def scaled(replicas: int) -> Act:
    return lambda ports, reference: scale(ports, reference, replicas, Settings())


@dataclass(frozen=True)
class Plan:
    """What to film: how it ends, what is done, and what was done before that (by default the service is there in 1.0)."""

    ends: str
    act: Act
    before: tuple[Act, ...]
    quota: Json | None = None
    limits: Limits = LIMITS


MISSING = {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}}
SLOW_TO_LEAVE = [{"name": "LAME_DUCK", "value": "4s"}]
FIRST = (deployed("1.0"),)
PLANS: dict[str, Plan] = {
    "deploy": Plan("complete", deployed("1.0"), ()),
    "upgrade": Plan("complete", upgraded("2.0"), FIRST),
    "rollback": Plan("complete", rolled_back, (*FIRST, deployed("2.0"))),
    "scale_up": Plan("complete", scaled(5), FIRST),
    "scale_down": Plan("complete", scaled(1), FIRST),
    # The old revision still fails when the new one, with another number of pods, is counted as observed.
    "mended_and_scaled": Plan("complete", deployed("2.0", replicas=4), (*FIRST, deployed("9.9", on_failure="keep"))),
    # Room for one surge pod, and old pods that still hold theirs while they leave.
    "tight_quota": Plan(
        "complete", deployed("2.0", limits=Limits()), (deployed("1.0", env=SLOW_TO_LEAVE),), {"pods": "4"}, Limits()
    ),
    "image_not_found": Plan("image_not_found", upgraded("9.9"), FIRST),
    "image_not_found_kept": Plan("image_not_found", upgraded("9.9", on_failure="keep"), FIRST),
    "image_not_found_paused": Plan("image_not_found", upgraded("9.9", on_failure="pause"), FIRST),
    "never_ready": Plan("probe", upgraded("3.0"), FIRST),
    "crash_loop": Plan("crash_loop", deployed(env=[{"name": "PORT", "value": "no-port"}]), FIRST),
    "missing_key": Plan("container_config", deployed(env=[MISSING]), FIRST),
    "unschedulable": Plan("unschedulable", deployed(resources={"requests": {"cpu": "1000"}}), FIRST),
    "quota": Plan("quota", deployed(), FIRST, {"pods": "3"}),
    "no_command": Plan("cannot_run", deployed(command=["/no/such/program"]), FIRST),
    "out_of_memory": Plan("crash_loop", deployed(image=OTHER_IMAGE, resources={"limits": {"memory": "12Mi"}}), FIRST),
}


@contextlib.contextmanager
def namespace(cluster: ApiCluster, name: str) -> t.Iterator[None]:
    """A namespace that is there for the film only."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.create(resources.NAMESPACE, "", body)
    try:
        yield
    finally:
        cluster.delete(resources.NAMESPACE, "", name)


def record(name: str, plan: Plan) -> None:
    """Set up, film, write down."""
    options = Options(kubeconfig=os.environ.get("KUBECONFIG"))
    cluster, camera = connect(options), Camera(connect(options))
    reference = Reference("Deployment", f"film-{name.replace('_', '-')}", "app")
    with namespace(cluster, reference.namespace):
        for act in plan.before:
            print(f"    {act(Ports(cluster, SystemClock(), Aloud()), reference).message}", flush=True)
        if plan.quota:
            set_quota(cluster, reference.namespace, plan.quota)
        scopes = deployment.scopes(manifest(reference, IMAGE))
        watching = connect(options, on_event=camera.event)
        with watching.open_feed(scopes):
            camera.begin()
            outcome = plan.act(Ports(camera, SystemClock(), Aloud()), reference)
            time.sleep(AFTERGLOW)
    print(outcome.message, flush=True)
    ended = outcome.findings[0].code if outcome.failed and outcome.findings else outcome.status
    if ended != plan.ends:
        print(f"  this is not how {name} was to end: {ended} instead of {plan.ends}; not kept", flush=True)
        return
    about = {
        "film": name,
        "workload": {"kind": reference.kind, "namespace": reference.namespace, "name": reference.name},
        "ends": plan.ends,
        "message": outcome.message,
        "limits": asdict(plan.limits),
    }
    keep(name, about, camera.scenes)


def set_quota(cluster: ApiCluster, where: str, hard: Json) -> None:
    """A ResourceQuota, once its controller has counted what is there."""
    meta = {"name": "room", "namespace": where}
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": {"hard": hard}}
    cluster.create(resources.RESOURCE_QUOTA, where, body)
    with cluster.open_feed([resources.Scope(resources.RESOURCE_QUOTA, where)]) as feed:
        while not any(
            (item.get("status") or {}).get("used")
            for item in feed.objects(resources.Scope(resources.RESOURCE_QUOTA, where))
        ):
            feed.wait(30)


def keep(name: str, about: Json, scenes: t.Iterable[Json]) -> None:
    """Write the film."""
    ordered = film.told_as_changes(sorted(scenes, key=lambda scene: scene["at"]))
    lines = (json.dumps(line, sort_keys=True, separators=(",", ":")) for line in (about, *ordered))
    text = "\n".join(lines).replace(about["workload"]["namespace"], "shop") + "\n"
    path = film.FOLDER / f"{name}.jsonl"
    path.write_text(text)
    print(f"  {path.name}: {len(ordered)} scenes, {len(text) // 1000} kB", flush=True)


def main() -> int:
    """Record the films named, or all."""
    unknown = set(sys.argv[1:]) - set(PLANS)
    if unknown:
        print(f"There is no plan for {', '.join(sorted(unknown))}; there are: {', '.join(PLANS)}.")
        return 2
    for name in sys.argv[1:] or PLANS:
        print(name, flush=True)
        try:
            record(name, PLANS[name])
        except errors.RolloutError as error:
            print(f"  {re.sub(chr(10), ' ', str(error))}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
