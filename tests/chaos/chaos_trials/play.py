# SPDX-License-Identifier: GPL-3.0-or-later
"""A trial from what is given to the good upgrade at its end."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .asks import LAST, Ask
from .faults import Fault
from .judgement import Done, Evidence, Told, left_over, untrue
from .plan import Trial
from .scene import Scene, Strike
from .site import NotPlayed, Site, Stage


@dataclass(frozen=True)
class Result:
    """``met``: whether the fault came in time; ``wrong`` and ``left`` in words; ``seconds``: until the last run had said how it went."""

    trial: Trial
    met: bool
    wrong: tuple[str, ...]
    left: tuple[str, ...]
    seconds: float


def play(stage: Stage, trial: Trial, fault: Fault, strike: Strike) -> Result:
    """Raises NotPlayed, Stopped."""
    site = Site(stage, trial)
    try:
        try:
            site.given(fault.patience)
        except BaseException:
            strike.spoilt()
            raise
        strike.given()
        return judged(site, fault, Scene(site, trial.chance(), strike))
    finally:
        site.close()
        site.witness()
        words = ["kubectl", "delete", "namespace", site.namespace, "--wait=false", "--ignore-not-found"]
        subprocess.run(words, env=stage.environment, capture_output=True, start_new_session=True, check=False)


def judged(site: Site, fault: Fault, scene: Scene) -> Result:
    """The runs, what they said against what there is, and the good upgrade."""
    began, ask = time.time(), site.trial.ask
    said, done = fault.play(scene)
    if not site.stage.observer.told(site.namespace):
        raise NotPlayed("the observer's watches tell nothing of it")
    objects = site.objects()
    scene.strike.wait()
    wrong, left = truth(site, ask, done, said, began), left_over(objects, done.annotations) + site.litter()
    here = site.stage.observer.history(site.namespace)[-1].version
    good = replace(ask, path=(here, LAST), version=LAST, cause="", strategy={}, rollback=False)
    last = site.ended(site.begin(good))
    after = truth(site, good, replace(done, others=(), excuse=""), [last], last.began)
    wrong += [f"the good upgrade afterwards: {words}" for words in after]
    left += [words for words in left_over(site.objects(), done.annotations) + site.litter() if words not in left]
    return Result(site.trial, scene.met, tuple(wrong), tuple(left), said[-1].ended - began)


def truth(site: Site, ask: Ask, done: Done, said: Sequence[Told], began: float) -> list[str]:
    """What is untrue of what they said, once the controllers have come to rest."""
    site.calm()
    return untrue(Evidence(ask, done, said, site.stage.observer.history(site.namespace, began)))
