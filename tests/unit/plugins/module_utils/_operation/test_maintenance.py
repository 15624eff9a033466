# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import pause, scale
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, windows
from ansible_collections.steady.rollout.tests.unit.films import record
from ansible_collections.steady.rollout.tests.unit.films.play import upgraded
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]

# The films begin on Monday, 2026-11-23 at 10:00 UTC.
CLOSED = windows.read([{"rrule": "FREQ=WEEKLY;BYDAY=TU;BYHOUR=22", "duration": "3h"}], [], 300.0)
OPEN = windows.read([{"rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", "duration": "3h"}], [], 300.0)
CLOSING = windows.read([{"rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8", "duration": "2h2m"}], [], 300.0)


def recorded(stage: Show) -> Json:
    notes = stage.cluster.bodies[0]["metadata"].get("annotations", {})
    return json.loads(notes.get(windows.BREAK_GLASS, "{}"))


@pytest.mark.parametrize("calendar", [CLOSED, CLOSING])
@pytest.mark.parametrize("way", [{}, {"dry_run": True}, {"only_check": True}])
def test_outside_the_windows_nothing_is_written_not_even_a_lease(calendar: windows.Calendar, way: Json) -> None:
    stage = show("upgrade")
    with pytest.raises(errors.Refused, match=r"shop/app was not changed: .* begins .*break_glass"):
        upgraded(stage, calendar=calendar, **way)
    assert (stage.cluster.bodies, stage.cluster.tried, stage.cluster.leases) == ([], [], [])


def test_within_a_window_it_goes_ahead_and_an_unneeded_glass_stays_whole() -> None:
    stage = show("upgrade")
    assert not upgraded(stage, calendar=OPEN, break_glass="just in case").failed
    assert recorded(stage) == {}


def test_where_nothing_is_to_be_changed_nothing_is_refused() -> None:
    assert not upgraded(show("upgrade"), version="1.0", calendar=CLOSED).changed


def test_a_broken_glass_is_recorded_in_the_very_patch_of_the_change() -> None:
    stage = show("upgrade")
    outcome = upgraded(stage, calendar=CLOSED, break_glass="login is broken", holder="ann@desk")
    assert not outcome.failed
    assert recorded(stage) == {
        "reason": "login is broken",
        "at": "2026-11-23T10:00:00Z",
        "by": "ann@desk",
        "user": "system:serviceaccount:ci:deployer",
    }
    body = stage.cluster.bodies[0]
    assert body["spec"]["template"]
    assert (
        body["metadata"]["annotations"]["kubernetes.io/change-cause"] == "upgrade to 2.0 (break glass: login is broken)"
    )
    assert outcome.timeline[0]["text"].startswith("break glass: login is broken; no maintenance window is open.")


def test_a_scaling_records_it_too() -> None:
    stage = show("scale_up")
    settings = Settings(calendar=CLOSED, break_glass="load")
    scale.scale(stage.ports, stage.film.reference, 5, settings)
    assert recorded(stage)["reason"] == "load"


def test_a_deployment_records_it_in_what_it_applies() -> None:
    stage = show("deploy")
    manifest = record.manifest(stage.film.reference, "registry.lab:5000/app:1.0")
    deploy(stage.ports, manifest, Settings(calendar=CLOSED, break_glass="first night"))
    assert recorded(stage)["reason"] == "first night"


def test_pausing_is_possible_at_any_time_and_resuming_is_a_change() -> None:
    stage = show("image_not_found_paused")
    stage.cluster.somebody_writes()
    assert pause.pause(stage.ports, stage.film.reference, Settings(calendar=CLOSED)).status == "paused"
    stage = show("resume")
    with pytest.raises(errors.Refused, match="no maintenance window is open"):
        pause.resume(stage.ports, stage.film.reference, Settings(calendar=CLOSED))
