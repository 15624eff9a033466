# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster itself says, asked with the official client and not with the collection under demonstration."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import typing as t
from dataclasses import dataclass

import kubernetes
import urllib3

from .figures import moment
from .settings import DemoError, Settings

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Running:
    """What a Deployment runs now."""

    image: str
    ready: int
    wanted: int


class Cluster:
    """Read-only, and only about the story's own Deployment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        try:
            client = kubernetes.config.new_client_from_config(settings.kubeconfig or None, persist_config=False)
        except kubernetes.config.ConfigException as error:
            raise DemoError(f"The cluster's kubeconfig cannot be used: {error}") from None
        self._core = kubernetes.client.CoreV1Api(client)
        self._apps = kubernetes.client.AppsV1Api(client)

    def first_node(self) -> str:
        """The address of a node, workers first. Raises DemoError."""
        nodes = _read(self._core.list_node)["items"]
        nodes.sort(key=lambda node: "node-role.kubernetes.io/control-plane" in node["metadata"].get("labels", {}))
        for node in nodes:
            for address in node["status"].get("addresses", ()):
                if address["type"] == "InternalIP":
                    return str(address["address"])
        raise DemoError("The cluster names no node with an address: say where the load balancer is with DEMO_URL.")

    def running(self) -> Running:
        """Raises DemoError when the Deployment cannot be read."""
        found = _read(self._apps.read_namespaced_deployment, self._settings.name, self._settings.namespace)
        image = found["spec"]["template"]["spec"]["containers"][0]["image"]
        return Running(image, found["status"].get("readyReplicas", 0), found["spec"]["replicas"])

    def watch(self) -> t.Any:
        """A stream of the Deployment's changes, JSON lines, for ten minutes at most."""
        return self._apps.list_namespaced_deployment(
            self._settings.namespace,
            field_selector=f"metadata.name={self._settings.name}",
            watch=True,
            timeout_seconds=600,
            _preload_content=False,
        )

    def first_pull_failure(self, image: str, since: float) -> float | None:
        """When the kubelet first said that it cannot pull the image, in seconds since the epoch; events know whole seconds.

        ``since`` leaves out what an earlier story left behind.
        """
        times = [
            moment(event.get("firstTimestamp") or event["eventTime"])
            for event in _read(self._core.list_namespaced_event, self._settings.namespace)["items"]
            if event["reason"] == "Failed" and image in event.get("message", "")
        ]
        return min((time for time in times if time >= int(since)), default=None)


class Watch:
    """Sees when the Deployment runs an image and nothing else, as `kubectl get -w` would."""

    def __init__(self, cluster: Cluster, settings: Settings, version: str) -> None:
        self._image = f"{settings.image}:{version}"
        self.complete: float | None = None
        self._answer = cluster.watch()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        rest = b""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError, ValueError):
            for part in self._answer.stream(decode_content=True):
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    if is_complete(json.loads(line)["object"], self._image):
                        self.complete = time.time()
                        return

    def close(self) -> None:
        """Stop looking."""
        self._answer.close()


def is_complete(deployment: Json, image: str) -> bool:
    """Whether all replicas run the image, available, and no other is left: what `kubectl rollout status` waits for."""
    spec, status = deployment["spec"], deployment.get("status", {})
    updated = status.get("updatedReplicas", 0)
    return bool(
        spec["template"]["spec"]["containers"][0]["image"] == image
        and status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
        and updated >= spec["replicas"]
        and status.get("replicas", 0) <= updated <= status.get("availableReplicas", 0)
    )


def _read(method: t.Callable[..., t.Any], *names: str) -> Json:
    try:
        answer: Json = json.loads(method(*names, _preload_content=False, _request_timeout=10).data)
    except urllib3.exceptions.MaxRetryError as error:
        raise DemoError(f"The cluster cannot be reached: {error.reason}") from None
    except (kubernetes.client.ApiException, urllib3.exceptions.HTTPError) as error:
        reason = getattr(error, "reason", None) or error
        raise DemoError(f"The cluster does not answer ({method.__name__} {' '.join(names)}): {reason}") from None
    return answer
