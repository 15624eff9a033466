# SPDX-License-Identifier: GPL-3.0-or-later
"""A StatefulSet, a DaemonSet and what they own, recorded from a real cluster at 2.0, and the same with a few fields changed."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds import daemonset, statefulset
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

STATEFUL_SET, DAEMON_SET = samples.recorded("statefulset"), samples.recorded("daemonset")
ORDERED, DAEMON = Reference("StatefulSet", "shop", "app"), Reference("DaemonSet", "shop", "web")


def revision(of: str, version: str, number: int) -> Json:
    """The ControllerRevision (``of`` a statefulset or daemonset) for that version."""
    recorded = samples.recorded(f"controllerrevision_of_{of}")
    if version == "2.0":
        return {**recorded, "revision": number}
    tag = f"hash{version.replace('.', '')}"
    name = f"{objects.name(recorded).rpartition('-')[0]}-{tag}"
    meta = {"name": name, "uid": f"uid-of-{name}", "labels": {objects.REVISION_HASH: tag}}
    made = samples.having(recorded, {"metadata": meta, "revision": number})
    made["data"]["spec"]["template"]["spec"]["containers"][0]["image"] = f"registry.lab:5000/app:{version}"
    return made


def pod(of: str, version: str, which: str, *, ready: bool = True, changes: Json | None = None) -> Json:
    """A pod (of a statefulset: ``which`` is its ordinal; of a daemonset: its node) of that version. Not ready: it never was."""
    owner = revision(of, version, 1)
    label = objects.name(owner) if of == "statefulset" else daemonset.identity(owner)
    name = f"app-{which}" if of == "statefulset" else f"web-{which}"
    meta = {"name": name, "uid": f"uid-of-{name}-{version}", "labels": {objects.REVISION_HASH: label}}
    made = samples.having(samples.recorded(f"pod_of_{of}"), {"metadata": meta})
    if of == "daemonset":
        made["spec"]["nodeName"] = which
    for condition in made["status"]["conditions"]:
        if condition["type"] == "Ready" and not ready:
            condition |= {"status": "False", "lastTransitionTime": made["metadata"]["creationTimestamp"]}
    return samples.having(samples.with_image(made, version), changes or {})


def ordered(changes: Json | None = None, pods: t.Sequence[Json] | None = None) -> Snapshot:
    """The StatefulSet on its way from 1.0 to 2.0, complete but for these changes; its pods are all of 2.0 unless given."""
    own = [pod("statefulset", "2.0", str(which)) for which in range(3)] if pods is None else pods
    revisions = [revision("statefulset", "1.0", 1), revision("statefulset", "2.0", 2)]
    return statefulset.gather(ORDERED, ([samples.having(STATEFUL_SET, changes or {})], revisions, own, ()))


def everywhere(
    changes: Json | None = None, pods: t.Sequence[Json] | None = None, nodes: t.Sequence[Json] | None = None
) -> Snapshot:
    """The DaemonSet on its way from 1.0 to 2.0 on nodes a and b, complete but for these changes."""
    own = [pod("daemonset", "2.0", which) for which in ("a", "b")] if pods is None else pods
    revisions = [revision("daemonset", "1.0", 1), revision("daemonset", "2.0", 2)]
    seen = ([samples.having(DAEMON_SET, changes or {})], revisions, own, ())
    return daemonset.gather(DAEMON, seen if nodes is None else (*seen, nodes))


def node(name: str, *, ready: bool = True) -> Json:
    """A node."""
    made = samples.having(samples.recorded("node"), {"metadata": {"name": name}})
    for condition in made["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition["status"] = "True" if ready else "Unknown"
    return made
