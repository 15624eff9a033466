# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a rollout from completing, one cause for each family of findings: how it comes about, its first sign, its name."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Cause:
    """``sign`` is looked for in the JSON of the raw objects, ``named`` in what a tool prints, both as regular expressions.

    ``container``, ``pod`` and ``spec`` are what differs from a Deployment that would be well; ``given`` is shell text before it.
    """

    name: str
    sign: str
    named: str
    container: Json = field(default_factory=dict)
    pod: Json = field(default_factory=dict)
    spec: Json = field(default_factory=dict)
    given: str = "true"

    def deployment(self, namespace: str) -> Json:
        """The object that is deployed, applied or installed."""
        probe = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1}
        container = {"name": "app", "image": "registry.lab:5000/app:1.0", "readinessProbe": probe, **self.container}
        pod = {"terminationGracePeriodSeconds": 1, "containers": [container], **self.pod}
        labels = {"app": "app"}
        template = {"metadata": {"labels": labels}, "spec": pod}
        spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, **self.spec}
        metadata = {"name": "app", "namespace": namespace}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


LIMITS = {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}
RANGE = json.dumps({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": LIMITS})
LIMITED = f"echo '{RANGE}' | kubectl create --filename=-"
LATE = {"readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "initialDelaySeconds": 300}}
SECRET = {"secretKeyRef": {"name": "token", "key": "token"}}
MOUNT = {"volumeMounts": [{"name": "settings", "mountPath": "/settings"}]}

CAUSES = (
    Cause(
        "image",
        r'"reason": "ErrImagePull"',
        r"image not found|app:9\.9: not found|manifest unknown|ErrImagePull|ImagePullBackOff",
        container={"image": "registry.lab:5000/app:9.9"},
    ),
    Cause(
        "configuration",
        r'"reason": "CreateContainerConfigError"',
        r'secret "?token"? not found|CreateContainerConfigError',
        container={"env": [{"name": "TOKEN", "valueFrom": SECRET}]},
    ),
    Cause(
        "crash",
        r'"terminated": {[^}]*"exitCode": 1',
        r"crash|exit code:? 1|exitCode: 1|invalid duration",
        container={"env": [{"name": "LAME_DUCK", "value": "nonsense"}]},
    ),
    Cause(
        "probe",
        r"Readiness probe failed",
        r"probe (is )?fail|status ?code:? 503|migration 0042",
        container={"image": "registry.lab:5000/app:3.0"},
    ),
    Cause(
        "quota and admission",
        r'"reason": "FailedCreate"',
        r"maximum cpu usage|FailedCreate|is forbidden",
        container={"resources": {"limits": {"cpu": "1500m"}}},
        given=LIMITED,
    ),
    Cause(
        "scheduling",
        r'"reason": "Unschedulable"',
        r"insufficient cpu|unschedulable",
        container={"resources": {"requests": {"cpu": "1000"}}},
    ),
    Cause(
        "volume",
        r'"reason": "FailedMount"',
        r'secret "settings" not found|FailedMount',
        container=MOUNT,
        pod={"volumes": [{"name": "settings", "secret": {"secretName": "settings"}}]},
    ),
    Cause(
        "progress deadline",
        r'"reason": "ProgressDeadlineExceeded"',
        r"progress ?deadline",
        container=LATE,
        spec={"progressDeadlineSeconds": 4},
    ),
)
