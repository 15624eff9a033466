# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the story plays: on the lab, or on a cluster that KUBECONFIG names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LAB_VARIABLES = {
    "workload_image": "registry.lab:5000/app",
    "workload_namespace": "shop",
    "workload_name": "app",
    "workload_host": "shop.lab",
}

VARIABLES = {
    "KUBECONFIG": "the cluster to use instead of the lab; steps 1 to 3 are then left out",
    "DEMO_IMAGE": "where that cluster pulls the service's images from, without a tag; they get there by"
    " lab/service/build --registry HOST/PATH",
    "DEMO_URL": "where requests go: the load balancer (default: port 30080 of the cluster's first node)",
    "DEMO_HOST": "the host name that the requests carry (default: shop.lab)",
    "DEMO_NAMESPACE": "the namespace of the Deployment; it is made when it is missing (default: shop)",
    "DEMO_NAME": "the Deployment's name (default: app)",
    "DEMO_REPLICAS": "how many replicas it is scaled to (default: 5)",
    "DEMO_RATE": "requests per second (default: 50)",
    "DEMO_LOAD_BALANCER": "`no` leaves out playbooks/load_balancer.yml, where a load balancer routes to the service already",
    "DEMO_OPTIONS": "more words for every ansible-playbook, such as -e load_balancer_image=registry.example/traefik:v3.7",
    "STEADY_ROLLOUT_CACHE": "where logs and the lab are kept (default: ~/.cache/steady-rollout)",
}


class DemoError(Exception):
    """The story cannot go on; its text is complete as it stands."""


@dataclass(frozen=True)
class Settings:
    """One place to play. ``on_lab``: the lab is brought up first; ``labs_own``: it is the lab's cluster in any case."""

    on_lab: bool
    labs_own: bool
    cache: Path
    kubeconfig: str
    image: str = LAB_VARIABLES["workload_image"]
    url: str = ""
    host: str = LAB_VARIABLES["workload_host"]
    namespace: str = LAB_VARIABLES["workload_namespace"]
    name: str = LAB_VARIABLES["workload_name"]
    replicas: int = 5
    rate: float = 50.0
    load_balancer: bool = True
    options: tuple[str, ...] = ()

    def variables(self) -> dict[str, str]:
        """The place as the playbooks' variables."""
        place = {"workload_image": self.image, "workload_namespace": self.namespace, "workload_name": self.name}
        kubeconfig = {} if self.labs_own else {"workload_kubeconfig": self.kubeconfig}
        return {**place, "workload_host": self.host, **kubeconfig}


def of(environ: Mapping[str, str], home: Path) -> Settings:
    """What the environment asks for. Raises DemoError."""
    cache = Path(
        environ.get("STEADY_ROLLOUT_CACHE") or Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "steady-rollout"
    )
    lab_kubeconfig = str(cache / "lab" / "kubeconfig")
    given = environ.get("KUBECONFIG", "")
    if os.pathsep in given:
        raise DemoError(f"KUBECONFIG names several files ({given}); let it name the one of the cluster to play on.")
    if given and given != lab_kubeconfig and not environ.get("DEMO_IMAGE"):
        raise DemoError(
            f"KUBECONFIG is set ({given}), so the story would play on that cluster, but DEMO_IMAGE does not say where it pulls "
            "the service's images from. Push them with `lab/service/build --registry HOST/PATH` and set DEMO_IMAGE=HOST/PATH/app, "
            "or unset KUBECONFIG to play on the lab."
        )
    return Settings(
        on_lab=not given,
        labs_own=given in ("", lab_kubeconfig),
        cache=cache,
        kubeconfig=given or lab_kubeconfig,
        image=environ.get("DEMO_IMAGE") or Settings.image,
        url=environ.get("DEMO_URL", ""),
        host=environ.get("DEMO_HOST") or Settings.host,
        namespace=environ.get("DEMO_NAMESPACE") or Settings.namespace,
        name=environ.get("DEMO_NAME") or Settings.name,
        replicas=int(_number(environ, "DEMO_REPLICAS", Settings.replicas)),
        rate=_number(environ, "DEMO_RATE", Settings.rate),
        load_balancer=environ.get("DEMO_LOAD_BALANCER", "yes").lower() not in ("no", "false", "0"),
        options=tuple(environ.get("DEMO_OPTIONS", "").split()),
    )


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    try:
        number = float(environ.get(name) or default)
    except ValueError:
        number = 0
    if not 1 <= number <= 1000:
        raise DemoError(f"{name} is {environ[name]!r}, it must be a number between 1 and 1000.")
    return number
