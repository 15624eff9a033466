# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.wait import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import show


def test_what_is_complete_is_answered_at_once_and_nothing_is_written() -> None:
    stage = show("upgrade")
    outcome = wait(stage.ports, stage.film.reference, Settings())
    assert (outcome.message, outcome.changed) == ("Deployment shop/app is complete on 1.0.", False)
    assert stage.cluster.bodies == []


def test_a_rollout_that_somebody_else_began_is_judged_and_left_alone() -> None:
    stage = show("image_not_found")
    stage.cluster.somebody_writes()
    outcome = wait(stage.ports, stage.film.reference, Settings())
    assert outcome.failed
    assert outcome.message.startswith("Waiting for Deployment shop/app (9.9) failed after ")
    assert outcome.findings[0].code == "image_not_found"
    assert stage.cluster.bodies == []


def test_a_paused_workload_would_never_be_complete() -> None:
    stage = show("upgrade", twists.beginning_with(spec={"paused": True}))
    with pytest.raises(errors.Refused, match="it is paused"):
        wait(stage.ports, stage.film.reference, Settings())


def test_an_unknown_workload_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        wait(show("upgrade").ports, Reference("Deployment", "shop", "ghost"), Settings())
