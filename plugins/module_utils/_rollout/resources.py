# SPDX-License-Identifier: GPL-3.0-or-later
"""The API resources that rollouts are made of, and where the API server keeps them."""

from __future__ import annotations

from dataclasses import dataclass

FIELD_MANAGER = "steady.rollout"
"""Under which name the API server keeps what this collection writes."""


@dataclass(frozen=True)
class Resource:
    """One kind of object: its group and version, its plural as it stands in URLs, and its kind."""

    api_version: str
    plural: str
    kind: str

    @property
    def group(self) -> str:
        """Its API group as RBAC names it; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def root(self) -> str:
        """The path of its group: ``/api/v1`` or ``/apis/apps/v1``."""
        return f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"

    def path(self, namespace: str, name: str = "") -> str:
        """The path of one object, or of the collection when no name is given; no namespace means the whole cluster."""
        in_namespace = f"/namespaces/{namespace}" if namespace else ""
        collection = f"{self.root}{in_namespace}/{self.plural}"
        return f"{collection}/{name}" if name else collection


@dataclass(frozen=True)
class Scope:
    """What one list and watch covers: a resource in a namespace, narrowed by selectors in the API's own syntax."""

    resource: Resource
    namespace: str
    labels: str = ""
    fields: str = ""


DEPLOYMENT = Resource("apps/v1", "deployments", "Deployment")
REPLICA_SET = Resource("apps/v1", "replicasets", "ReplicaSet")
STATEFUL_SET = Resource("apps/v1", "statefulsets", "StatefulSet")
DAEMON_SET = Resource("apps/v1", "daemonsets", "DaemonSet")
CONTROLLER_REVISION = Resource("apps/v1", "controllerrevisions", "ControllerRevision")
JOB = Resource("batch/v1", "jobs", "Job")
POD = Resource("v1", "pods", "Pod")
EVICTION = Resource("v1", "pods/eviction", "Eviction")
NODE = Resource("v1", "nodes", "Node")
SERVICE = Resource("v1", "services", "Service")
ENDPOINT_SLICE = Resource("discovery.k8s.io/v1", "endpointslices", "EndpointSlice")
POD_LOG = Resource("v1", "pods/log", "Pod")
EVENT = Resource("v1", "events", "Event")
CONFIG_MAP = Resource("v1", "configmaps", "ConfigMap")
SECRET = Resource("v1", "secrets", "Secret")
SERVICE_ACCOUNT = Resource("v1", "serviceaccounts", "ServiceAccount")
NAMESPACE = Resource("v1", "namespaces", "Namespace")
LEASE = Resource("coordination.k8s.io/v1", "leases", "Lease")
POD_DISRUPTION_BUDGET = Resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget")
RESOURCE_QUOTA = Resource("v1", "resourcequotas", "ResourceQuota")
HORIZONTAL_POD_AUTOSCALER = Resource("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
HTTP_ROUTE = Resource("gateway.networking.k8s.io/v1", "httproutes", "HTTPRoute")
