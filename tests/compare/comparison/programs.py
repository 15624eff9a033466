# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab has to offer: its cluster, the images, kubectl, and Helm, built when it is missing."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request

from steady_lab import artefacts, catalogue, machine, settings
from steady_lab.console import Console

IMAGES = ("1.0", "2.0", "3.0")


def provide(console: Console) -> list[str]:
    """Folders with kubectl and Helm. Brings up the lab and the service's images where they are missing."""
    if not answers():
        subprocess.run([settings.SOURCE / "lab", "up"], check=True)
    if not all(has_image(version) for version in IMAGES):
        subprocess.run([settings.SOURCE / "service/build"], check=True)
    if not catalogue.HELM.there:
        machine.install_go(console)
    helm = artefacts.ensure(catalogue.HELM, console, f"Helm {settings.HELM} (once, about two minutes)")
    return [str(catalogue.KUBERNETES.folder), str(helm / "bin")]


def answers() -> bool:
    """Whether the lab's API server does."""
    kubectl = catalogue.KUBERNETES.folder / "kubectl"
    if not (kubectl.exists() and settings.KUBECONFIG.exists()):
        return False
    words = [str(kubectl), f"--kubeconfig={settings.KUBECONFIG}", "--request-timeout=5s", "get", "--raw=/readyz"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def has_image(version: str) -> bool:
    """Whether the lab's registry holds this version of the service."""
    asked = urllib.request.Request(f"http://{settings.REGISTRY}/v2/app/manifests/{version}", method="HEAD")
    asked.add_header("Accept", "application/vnd.oci.image.manifest.v1+json")
    try:
        with urllib.request.urlopen(asked, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
