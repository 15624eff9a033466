# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster itself says, asked with the official client and not with the collection under demonstration."""

from __future__ import annotations

import json
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


def _read(method: t.Callable[..., t.Any], *names: str) -> Json:
    try:
        answer: Json = json.loads(method(*names, _preload_content=False, _request_timeout=10).data)
    except (kubernetes.client.ApiException, urllib3.exceptions.HTTPError) as error:
        reason = getattr(error, "reason", None) or error
        raise DemoError(f"The cluster does not answer ({method.__name__} {' '.join(names)}): {reason}") from None
    return answer
