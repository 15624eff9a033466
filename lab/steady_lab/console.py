# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab tells while it works: one line per thing done, a heartbeat for the long ones, a summary at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEARTBEAT_SECONDS = 20.0


def clock(seconds: float) -> str:
    """Minutes and seconds as people read them."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


@dataclass
class Console:
    """Lines stamped with the time since the command began; safe to use from several threads."""

    began: float = field(default_factory=time.monotonic)
    took: list[tuple[str, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str) -> None:
        with self.lock:
            print(f"  lab  {clock(time.monotonic() - self.began)}  {text}", flush=True)

    @contextmanager
    def step(self, what: str, quiet_below: float = 0.0) -> Iterator[None]:
        """Tell that `what` began, that it is still going, and how long it took (left out when shorter than `quiet_below`)."""
        started = time.monotonic()
        done = threading.Event()
        if not quiet_below:
            self.say(f"{what} ...")
        beat = threading.Thread(target=self._beat, args=(what, started, done), daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()
        seconds = time.monotonic() - started
        if seconds >= quiet_below:
            self.took.append((what, seconds))
            self.say(f"{what}: done in {seconds:.1f} s")

    def _beat(self, what: str, started: float, done: threading.Event) -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            self.say(f"{what}: still at it, {clock(time.monotonic() - started)} so far")

    def summary(self) -> None:
        """What took how long, longest first."""
        if not self.took:
            return
        self.say("what took how long:")
        for what, seconds in sorted(self.took, key=lambda entry: -entry[1]):
            print(f"              {seconds:7.1f} s  {what}", flush=True)
