# SPDX-License-Identifier: GPL-3.0-or-later
"""Where trials are played: the cluster's own programs, a namespace and a folder for each."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import typing as t
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .asks import Ask
from .given import IMAGE, MARK, objects
from .judgement import Told
from .plan import Trial
from .runs import Run, of_run
from .watching import Observer

Json = dict[str, t.Any]

HERE = Path(__file__).resolve().parent.parent
KINDS = "leases,deployments,statefulsets,daemonsets,services"
PREPARING = 150.0
"""Seconds that what is given may take, and the API server to answer again."""


class NotPlayed(Exception):
    """What was given did not come about, so nothing can be said about the collection."""


class Stopped(Exception):
    """All of it is being ended."""


@dataclass(frozen=True)
class Stage:
    """What all trials share."""

    seed: str
    folder: Path
    logs: Path
    environment: dict[str, str]
    observer: Observer
    stopping: threading.Event = field(default_factory=threading.Event)
    runs: list[Run] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        """Let time pass. Raises Stopped."""
        if self.stopping.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End what runs, and let nothing begin any more."""
        self.stopping.set()
        for run in self.runs:
            if run.process.poll() is None:
                run.send(None, signal.SIGTERM)

    def kubectl(self, *words: str, given: Json | None = None, patience: float = PREPARING) -> str:
        """What it printed; asked again while the API server is away. Raises NotPlayed, Stopped."""
        deadline = time.monotonic() + patience
        while True:
            done = subprocess.run(
                ["kubectl", "--request-timeout=20s", *words],
                env=self.environment,
                input=None if given is None else json.dumps(given),
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                text=True,
                start_new_session=True,
                check=False,
            )
            if done.returncode == 0:
                return done.stdout
            if given is not None and "AlreadyExists" in done.stderr:  # the answer to the first try was lost
                return done.stdout
            if time.monotonic() > deadline:
                raise NotPlayed(f"kubectl {' '.join(words)}: {done.stderr.strip()[-400:]}")
            self.pause(0.3)


class Site:
    """One trial's own namespace and folder."""

    def __init__(self, stage: Stage, trial: Trial) -> None:
        self.stage, self.trial = stage, trial
        self.namespace = f"chaos-{trial.seed.replace('/', '-')}"
        self.folder = stage.folder / self.namespace
        self.runs: list[Run] = []
        self.forgiven: set[Path] = set()

    def given(self, patience: int) -> None:
        """The application, running on the version that the trial begins with. Raises NotPlayed, Stopped."""
        for name in ("tmp", "ansible"):
            (self.folder / name).mkdir(parents=True)
        ask, mark = self.trial.ask, {MARK: self.stage.seed}
        meta = {"name": self.namespace, "labels": mark}
        self.stage.kubectl("create", "-f", "-", given={"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        items = objects(ask, self.namespace, self.stage.seed, patience)
        self.stage.kubectl("create", "-f", "-", given={"apiVersion": "v1", "kind": "List", "items": items})
        self.settle()
        if ask.given != "1.0":
            self.set_image(ask.given)
            self.settle()
        if ask.strategy:
            accepted = '.status.parents[0].conditions[?(@.type=="Accepted")].status'
            self.own("wait", "httproute/app", f"--for=jsonpath={{{accepted}}}=True", "--timeout=20s")
        self.look()

    def own(self, *words: str, given: Json | None = None) -> str:
        """kubectl in the namespace."""
        return self.stage.kubectl("--namespace", self.namespace, *words, given=given)

    def settle(self, patience: float = PREPARING) -> None:
        """Wait until its controller is done. Raises NotPlayed, Stopped."""
        words = ("rollout", "status", f"{self.trial.ask.kind}/app", "--timeout=60s", "--request-timeout=0")
        self.stage.kubectl("--namespace", self.namespace, *words, patience=patience)

    def calm(self) -> None:
        """Let the controllers finish what they are at, if they can, and look once more."""
        with contextlib.suppress(NotPlayed):
            self.settle(patience=0.0)
        self.look()

    def set_image(self, version: str) -> None:
        self.own("set", "image", f"{self.trial.ask.kind}/app", f"app={IMAGE}:{version}")

    def begin(self, ask: Ask | None = None, prefix: Sequence[str] = (), kubeconfig: Path | None = None) -> Run:
        """Ask for something: what the trial is about, where nothing else is said."""
        self.stage.pause(0.0)
        ask = ask or self.trial.ask
        name = f"{self.namespace}-{len(self.runs) + 1}"
        given = {
            "workload_kind": ask.kind,
            "workload_namespace": self.namespace,
            "version": ask.version,
            "workload_strategy": ask.strategy,
        }
        playbook = HERE / "playbooks" / ("rollback.yml" if ask.rollback else "upgrade.yml")
        command = [
            *prefix,
            "ansible-playbook",
            "--inventory=localhost,",
            str(playbook),
            "--extra-vars",
            json.dumps(given),
        ]
        environment = {
            **self.stage.environment,
            "TMPDIR": str(self.folder / "tmp"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(self.folder / "ansible/tmp"),
        }
        if kubeconfig:
            environment |= {"KUBECONFIG": str(kubeconfig), "K8S_AUTH_KUBECONFIG": str(kubeconfig)}
        run = Run(name, ask, command, environment, self.stage.logs)
        self.runs.append(run)
        self.stage.runs.append(run)
        return run

    def ended(self, run: Run) -> Told:
        """What it said, and a look at the workload as it ends. Nobody can clean up after being killed."""
        said = run.end()
        if said.died:
            self.forgiven |= self.files()
        self.look()
        return said

    def both(self, *runs: Run) -> list[Told]:
        """What several of them said, each looked at as it ends."""
        with ThreadPoolExecutor(len(runs)) as pool:
            return list(pool.map(self.ended, runs))

    def look(self) -> None:
        at = time.time()
        words = ("get", f"{self.trial.ask.kind}/app", "--output=json", "--show-managed-fields")
        self.stage.observer.saw(json.loads(self.own(*words)), at)

    def objects(self) -> list[Json]:
        """What of a rollout may be in the namespace."""
        kinds = f"{KINDS},httproutes" if self.trial.ask.strategy else KINDS
        listed: list[Json] = json.loads(self.own("get", kinds, "--output=json"))["items"]
        return listed

    def litter(self) -> list[str]:
        """Processes of its runs, and files that they left."""
        processes = [f"process {pid} of {run.name}" for run in self.runs for pid in of_run(run.name)]
        return processes + [f"file {path.relative_to(self.folder)}" for path in sorted(self.files() - self.forgiven)]

    def files(self) -> set[Path]:
        """What is in the folders for temporary files."""
        places = [self.folder / "tmp", self.folder / "ansible/tmp"]
        return {path for place in places if place.exists() for path in place.rglob("*") if path.is_file()}

    def witness(self) -> None:
        """Keep what was seen of the workload beside what the runs said."""
        seen = "".join(f"{each}\n" for each in self.stage.observer.history(self.namespace))
        (self.stage.logs / f"{self.namespace}.history").write_text(seen)

    def close(self) -> None:
        """End its runs."""
        for run in self.runs:
            if run.process.poll() is None:
                run.end(0.0)


def environment_of(path: str, kubeconfig: Path, checkout: Path) -> dict[str, str]:
    """Variables for every process."""
    return {
        **os.environ,
        "PATH": path,
        "KUBECONFIG": str(kubeconfig),
        "K8S_AUTH_KUBECONFIG": str(kubeconfig),
        "ANSIBLE_CONFIG": str(checkout / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callbacks"),
    }
