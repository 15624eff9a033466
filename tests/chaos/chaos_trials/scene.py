# SPDX-License-Identifier: GPL-3.0-or-later
"""One trial's place and chances; and a fault that several trials share, which strikes once all of them are under way."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .judgement import Done, Told
from .runs import Run
from .site import Site, Stage, Stopped


class Strike:
    """What happens to the whole cluster while a batch of trials runs."""

    def __init__(self, count: int) -> None:
        self._given = threading.Barrier(count)
        self._begun = threading.Event()
        self._over = threading.Event()

    def given(self) -> None:
        """This trial has what it needs; go on when all have."""
        try:
            self._given.wait()
        except threading.BrokenBarrierError:
            return

    def spoilt(self) -> None:
        """This trial will not come that far."""
        self._given.abort()
        self._begun.set()

    def calm(self) -> None:
        """Nothing happens to the cluster."""
        self._over.set()

    def begun(self) -> None:
        """This trial's run is under way."""
        self._begun.set()

    def wait(self) -> None:
        """Until the cluster is as it was."""
        self._over.wait()

    def happen(self, stage: Stage, strike: Callable[[Stage, random.Random], None], chance: random.Random) -> None:
        """Strike at some moment once the first run is under way, and put everything right again. Raises Stopped, NotPlayed."""
        try:
            while not self._begun.wait(0.1):
                if stage.stopping.is_set():
                    raise Stopped
            stage.pause(chance.uniform(0.0, 5.0))
            strike(stage, chance)
        finally:
            self._over.set()


@dataclass
class Scene:
    """``met``: whether the fault came while a run was under way."""

    site: Site
    chance: random.Random
    strike: Strike
    met: bool = False

    def moment(self, run: Run) -> None:
        """Let some time go by, no more than what is asked for takes: mostly from the first word of the run on."""
        if self.chance.random() < 0.8:
            run.speak(self.site.stage.pause)
        self.site.stage.pause(self.chance.uniform(0.0, self.site.trial.ask.seconds))


Play = Callable[[Scene], tuple[list[Told], Done]]
