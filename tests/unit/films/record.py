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
import threading
import time
import typing as t
from dataclasses import asdict, dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._ansible.connected import SystemClock
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.pause import pause, resume
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.restart import restart
from ansible_collections.steady.rollout.plugins.module_utils._operation.rollback import Target, rollback
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import film

Json = dict[str, t.Any]
Act = t.Callable[[Ports, Reference], Outcome]

IMAGE = os.environ.get("FILM_IMAGE", "registry.lab:5000/app")
PRIVATE_IMAGE = os.environ.get("FILM_PRIVATE_IMAGE", "registry.lab:5001/app:2.0")
NODE = os.environ.get("FILM_NODE", "lab-worker-1")
OTHER_IMAGE = os.environ.get("FILM_HUNGRY_IMAGE", "registry.lab:5000/traefik:v3.7")
AFTERGLOW = 3.0
UNREAD = ("tolerations", "serviceAccount", "serviceAccountName", "preemptionPolicy", "priority")


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
        dry_run = bool(options.get("dry_run"))
        return self._written(lambda: self._cluster.patch(*args, **options), args[3], dry_run=dry_run)

    def apply(self, *args: t.Any, **options: t.Any) -> Json:
        """A write of the operation."""
        dry_run = bool(options.get("dry_run"))
        return self._written(lambda: self._cluster.apply(*args, **options), args[3], dry_run=dry_run)

    def logs(self, namespace: str, pod: str, container: str, **options: t.Any) -> str:
        """A log that the operation read."""
        text = self._cluster.logs(namespace, pod, container, **options)
        at = round(time.monotonic() - self._began, 3)
        self.scenes.append({"at": at, "log": [pod, container, options.get("previous", False)], "text": text})
        return text

    def _written(self, write: t.Callable[[], Json], body: Json, *, dry_run: bool) -> Json:
        if dry_run:
            return write()
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
    kept = {**item, "metadata": {**meta, **({"managedFields": fields} if item["kind"] in kinds.NAMES else {})}}
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

    detailed = True

    def say(self, text: str, **_how: object) -> None:
        """One line."""
        print(f"    {text}", flush=True)


def manifest(
    reference: Reference, image: str, *, pod: Json | None = None, spec: Json | None = None, **container: t.Any
) -> Json:
    """A workload of the story's service; ``pod`` and ``spec`` are further fields of its pods and its own."""
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
    pods = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 5,
        "containers": [app],
        **(pod or {}),
    }
    own: dict[str, Json] = {
        "Deployment": {"replicas": 3, "strategy": rolling},
        "StatefulSet": {"replicas": 3, "serviceName": reference.name},
        "DaemonSet": {},
    }
    wanted = {
        **own[reference.kind],
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pods},
        **(spec or {}),
    }
    meta = {"name": reference.name, "namespace": reference.namespace, "labels": labels}
    return {"apiVersion": "apps/v1", "kind": reference.kind, "metadata": meta, "spec": wanted}


LIMITS = Limits(config_grace=2.0, unschedulable_grace=3.0, volume_grace=3.0, image_pull_grace=5.0)


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
        if "replicas" in wanted["spec"]:
            wanted["spec"]["replicas"] = replicas
        return deploy(ports, wanted, Settings(limits=limits, on_failure=on_failure), force_conflicts=True)

    return act


def rolled_back(ports: Ports, reference: Reference) -> Outcome:
    return rollback(ports, reference, Target(), Settings())


def scaled(replicas: int) -> Act:
    return lambda ports, reference: scale(ports, reference, replicas, Settings())


def evict(reference: Reference) -> None:
    """Evict the first pod that comes."""
    cluster = connect(Options(kubeconfig=os.environ.get("KUBECONFIG")))
    scope = resources.Scope(resources.POD, reference.namespace)
    with cluster.open_feed([scope]) as feed:
        there = len(feed.objects(scope))
        while not (new := [item["metadata"]["name"] for item in feed.objects(scope)][there:]):
            feed.wait(30)
    eviction = resources.Resource("v1", f"pods/{new[0]}/eviction", "Eviction")
    cluster.create(
        eviction, reference.namespace, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": new[0]}}
    )


def plainly(operation: t.Callable[[Ports, Reference, Settings], Outcome]) -> Act:
    """An operation that needs no further word."""
    return lambda ports, reference: operation(ports, reference, Settings(limits=LIMITS))


@dataclass(frozen=True)
class Plan:
    """What to film: how it ends, what is done, and what was done before that (by default the service is there in 1.0)."""

    ends: str
    act: Act
    before: tuple[Act, ...]
    quota: Json | None = None
    limits: Limits = LIMITS
    meanwhile: t.Callable[[Reference], None] | None = None
    kind: str = "Deployment"


FIRST = (deployed("1.0"),)


def ended(code: str, *, spec: Json | None = None, pod: Json | None = None, **options: t.Any) -> Plan:
    """A change of 1.0 that fails by that cause; what is not a limit is a field of the container."""
    given = {name: options.pop(name) for name in list(options) if name in asdict(LIMITS)}
    limits = replace(LIMITS, **given)
    return Plan(code, deployed(limits=limits, pod=pod, spec=spec, **options), FIRST, limits=limits)


def of(kind: str, ends: str, act: Act, *before: Act) -> Plan:
    """The same with another kind of workload, there in 1.0 unless something else was done before."""
    return Plan(ends, act, before or FIRST, kind=kind)


PARTITIONED = {"updateStrategy": {"rollingUpdate": {"partition": 2}}}
TOGETHER = {"podManagementPolicy": "Parallel"}
SURGING = {"updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}
MISSING = {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}}
FAILING = {"name": "first", "image": f"{IMAGE}:1.0", "env": [{"name": "LAME_DUCK", "value": "nonsense"}]}
ELSEWHERE = {"httpGet": {"path": "/nowhere", "port": "http"}, "periodSeconds": 1, "failureThreshold": 2}
MOUNTED = {"volumeMounts": [{"name": "s", "mountPath": "/s"}]}
DENIED = deployed(pod={"priorityClassName": "nobody"})
DENIED_KEPT = deployed("9.9", pod={"priorityClassName": "nobody"}, on_failure="keep")
SLOW_TO_LEAVE = [{"name": "LAME_DUCK", "value": "4s"}]
PLANS: dict[str, Plan] = {
    "deploy": Plan("complete", deployed("1.0"), ()),
    "upgrade": Plan("complete", upgraded("2.0"), FIRST),
    "rollback": Plan("complete", rolled_back, (*FIRST, deployed("2.0"))),
    "restart": Plan("complete", plainly(restart), FIRST),
    "resume": Plan("complete", plainly(resume), (*FIRST, plainly(pause))),
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
    "evicted": Plan("complete", upgraded("2.0"), FIRST, meanwhile=evict),
    "init_failed": ended("init_failed", pod={"initContainers": [FAILING]}, init_restarts=1),
    "sidecar": ended("crash_loop", pod={"initContainers": [{**FAILING, "restartPolicy": "Always"}]}, crash_restarts=1),
    "secret_volume": ended("volume", pod={"volumes": [{"name": "s", "secret": {"secretName": "missing"}}]}, **MOUNTED),
    "claim": ended("volume", pod={"volumes": [{"name": "s", "persistentVolumeClaim": {"claimName": "none"}}]}),
    "liveness": ended("probe", spec={"minReadySeconds": 10}, livenessProbe=ELSEWHERE, crash_restarts=1),
    "startup": ended("probe", startupProbe=ELSEWHERE, crash_restarts=1),
    "readiness_gate": ended("probe", pod={"readinessGates": [{"conditionType": "example.com/lb"}]}, probe_grace=3.0),
    "never_pulled": ended("image_not_found", version="none", imagePullPolicy="Never"),
    "unauthorized": ended("image_unauthorized", image=PRIVATE_IMAGE),
    "registry_away": ended("image_pull_transient", image="registry.lab:5999/app:1.0"),
    "rejected": ended("rejected", pod={"nodeName": NODE, "nodeSelector": {"example.com/no": "such"}}, config_grace=0.5),
    "no_account": ended("quota", pod={"serviceAccountName": "nobody"}),
    # Nothing moves, and nothing says why.
    "progress_deadline": ended(
        "progress_deadline",
        spec={"progressDeadlineSeconds": 2},
        pod={"schedulingGates": [{"name": "example.com/hold"}]},
    ),
    "ordered_upgrade": of("StatefulSet", "complete", upgraded("2.0")),
    "ordered_partitioned": of("StatefulSet", "complete", upgraded("2.0"), deployed("1.0", spec=PARTITIONED)),
    "ordered_parallel": of("StatefulSet", "complete", upgraded("2.0"), deployed("1.0", spec=TOGETHER)),
    "ordered_available": of("StatefulSet", "complete", upgraded("2.0"), deployed("1.0", spec={"minReadySeconds": 2})),
    "ordered_back": of("StatefulSet", "complete", rolled_back, *FIRST, deployed("2.0")),
    "ordered_scale_down": of("StatefulSet", "complete", scaled(1)),
    # The pod of the broken revision goes only when it is deleted.
    "ordered_image_not_found": of("StatefulSet", "image_not_found", upgraded("9.9")),
    "ordered_never_ready": of("StatefulSet", "probe", upgraded("3.0")),
    "ordered_together_not_found": of("StatefulSet", "image_not_found", upgraded("9.9"), deployed("1.0", spec=TOGETHER)),
    # What was said about the pods of the revision before still stands there when the next one comes.
    "ordered_denied": of("StatefulSet", "quota", DENIED),
    "ordered_mended": of("StatefulSet", "complete", deployed("2.0"), *FIRST, DENIED_KEPT),
    "daemon_denied": of("DaemonSet", "quota", DENIED),
    "daemon_mended": of("DaemonSet", "complete", deployed("2.0"), *FIRST, DENIED_KEPT),
    "daemon_upgrade": of("DaemonSet", "complete", upgraded("2.0")),
    "daemon_surge": of("DaemonSet", "complete", upgraded("2.0"), deployed("1.0", spec=SURGING)),
    "daemon_back": of("DaemonSet", "complete", rolled_back, *FIRST, deployed("2.0")),
    "daemon_image_not_found": of("DaemonSet", "image_not_found", upgraded("9.9")),
    "daemon_surge_not_found": of("DaemonSet", "image_not_found", upgraded("9.9"), deployed("1.0", spec=SURGING)),
    "daemon_crash_loop": of("DaemonSet", "crash_loop", deployed(env=[{"name": "PORT", "value": "no-port"}])),
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
    reference = Reference(plan.kind, f"film-{name.replace('_', '-')}", "app")
    with namespace(cluster, reference.namespace):
        for act in plan.before:
            print(f"    {act(Ports(cluster, SystemClock(), Aloud()), reference).message}", flush=True)
        if plan.quota:
            set_quota(cluster, reference.namespace, plan.quota)
        scopes = kinds.named(plan.kind).scopes(manifest(reference, IMAGE))
        watching = connect(options, on_event=camera.event)
        with watching.open_feed(scopes):
            if plan.meanwhile:
                threading.Thread(target=plan.meanwhile, args=(reference,), daemon=True).start()
                time.sleep(1)
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
