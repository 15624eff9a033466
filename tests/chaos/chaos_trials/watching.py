# SPDX-License-Identifier: GPL-3.0-or-later
"""The observer: kubectl's own watches of all workloads under trial, begun again whenever they are cut, kept as history."""

from __future__ import annotations

import subprocess
import threading
import time
import typing as t
from collections.abc import Mapping, Sequence
from types import TracebackType

from .given import MARK
from .history import Sighting, events, ordered, sighting

AGAIN = 0.3
"""Seconds before a watch that ended is begun again."""


class Observer:
    """Sees everything that carries the mark, while the block lasts."""

    def __init__(self, mark: str, environment: Mapping[str, str]) -> None:
        self._mark, self._environment = mark, environment
        self._seen: dict[str, list[Sighting]] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._watches: dict[str, subprocess.Popen[str]] = {}
        self._threads = [
            threading.Thread(target=self._watch, args=(kind,), name=f"watch {kind}")
            for kind in ("deployments", "statefulsets", "daemonsets")
        ]

    def __enter__(self) -> t.Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        with self._lock:
            for watch in self._watches.values():
                watch.terminate()
        for thread in self._threads:
            thread.join()

    def history(self, namespace: str, since: float = 0.0) -> Sequence[Sighting]:
        """What was seen there since that moment, and the last sighting before it."""
        with self._lock:
            seen = ordered(self._seen.get(namespace, ()))
        before = [each for each in seen if each.at < since]
        return [*before[-1:], *[each for each in seen if each.at >= since]]

    def told(self, namespace: str) -> bool:
        """Whether its watches work: single looks do not show what happened in between."""
        return namespace in self._told

    def saw(self, workload: dict[str, t.Any], at: float) -> None:
        """Keep one more look at it."""
        if workload["metadata"]["name"] == "app":
            with self._lock:
                self._seen.setdefault(workload["metadata"]["namespace"], []).append(sighting(workload, at))

    def _watch(self, kind: str) -> None:
        command = ["kubectl", "get", kind, "--all-namespaces", f"--selector={MARK}={self._mark}"]
        while True:
            with self._lock:
                if self._over.is_set():
                    return
                watch = self._watches[kind] = subprocess.Popen(
                    [*command, "--watch", "--output-watch-events", "--output=json", "--show-managed-fields"],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    start_new_session=True,
                )
            assert watch.stdout
            for event in events(watch.stdout):
                if event["type"] in ("ADDED", "MODIFIED"):
                    self._told.add(event["object"]["metadata"]["namespace"])
                    self.saw(event["object"], time.time())
            watch.wait()
            self._over.wait(AGAIN)
