# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo Rollouts beside the bench: its real controller, built by the lab, with the same application as a Rollout."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator

from steady_lab import artefacts, catalogue, golang, images, settings
from steady_lab.console import Console

from .place import HERE, LOGS, NotPlayed, Place

MODULE = "github.com/argoproj/argo-rollouts"
CHECKER = "bench-load:1"
PORTS = ("--healthzPort=18081", "--metricsport=18090")
PATIENCE = 15.0


@contextlib.contextmanager
def controller(place: Place, console: Console) -> Iterator[None]:
    """The cluster has Argo Rollouts; afterwards neither controller nor definitions are left. Raises NotPlayed."""
    program = artefacts.ensure(catalogue.ARGO_ROLLOUTS, console, "Argo Rollouts (once, about three minutes)")
    images.ensure(images.from_folder(HERE / "load", CHECKER, {}, golang.FLAGS), console)
    log = LOGS / "argo-rollouts.log"
    definitions = golang.module_folder(MODULE, settings.ARGO_ROLLOUTS) / "manifests/crds"
    if "rollouts.argoproj.io" in place.run("kubectl get customresourcedefinitions --output=name", log, 60).output:
        raise NotPlayed("the cluster has Argo Rollouts already, which is somebody else's")
    words = [str(program / "bin" / catalogue.ARGO_ROLLOUTS.name), f"--kubeconfig={place.folder / 'kubeconfig'}"]
    own = ["--namespaced", f"--namespace={place.namespace}", "--leader-elect=false"]
    try:
        place.prepare(f"kubectl apply --server-side --kustomize='{definitions}'", log)
        place.prepare("kubectl wait --for=condition=Established --timeout=60s customresourcedefinitions --all", log)
        with (LOGS / "argo-controller.log").open("ab") as output:
            running = subprocess.Popen([*words, *PORTS, *own], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield
        finally:
            end(running)
    finally:
        # What a Rollout made goes with it only while the cluster still knows what a Rollout is.
        objects = f"kubectl delete --filename='{HERE}/argo.yml' --ignore-not-found --cascade=foreground --timeout=60s"
        gone = f"kubectl delete --kustomize='{definitions}' --ignore-not-found --timeout=60s"
        with log.open("a") as file:
            print(place.shell.finish(f"{objects}; {gone}", place.environment(), place.folder), file=file)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
