# SPDX-License-Identifier: GPL-3.0-or-later

"""Playing an operation on a film once more."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.tests.unit.films import record
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def played(name: str) -> tuple[Show, Outcome]:
    """The operation of that film, once more."""
    stage = show(name)
    return stage, record.PLANS[name].act(stage.ports, stage.film.reference)


def upgraded(stage: Show, version: str = "2.0", **settings: t.Any) -> Outcome:
    return upgrade(stage.ports, stage.film.reference, Wanted(version), Settings(**settings))
