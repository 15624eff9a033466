# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import twists
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]


def upgraded(stage: Show, version: str = "2.0", images: dict[str, str] | None = None, **settings: t.Any) -> Outcome:
    return upgrade(stage.ports, stage.film.reference, Wanted(version, images or {}), Settings(**settings))


def test_it_says_from_where_to_where() -> None:
    stage = show("upgrade")
    outcome = upgraded(stage)
    assert outcome.message == "Deployment shop/app upgraded from 1.0 to 2.0."
    assert (outcome.changed, outcome.failed, outcome.status) == (True, False, "complete")
    assert (outcome.before["version"], outcome.after) == (
        "1.0",
        {"revision": 2, "version": "2.0", "images": {"app": "registry.lab:5000/app:2.0"}},
    )
    assert stage.heard.lines[0] == "shop/app  00:00  1.0 -> 2.0; 3 replicas, surge 1, unavailable 0"


def test_only_the_template_and_the_cause_are_written_so_annotations_and_labels_survive() -> None:
    stage = show("upgrade")
    upgraded(stage)
    body = stage.cluster.bodies[0]
    assert set(body) == {"metadata", "spec"}
    assert set(body["metadata"]) == {"annotations", "resourceVersion"}
    assert body["metadata"]["annotations"] == {"kubernetes.io/change-cause": "upgrade to 2.0"}
    assert set(body["spec"]) == {"template"}
    assert body["spec"]["template"]["$patch"] == "replace"


def test_the_users_own_cause_is_written() -> None:
    stage = show("upgrade")
    upgraded(stage, change_cause="ticket 7")
    assert stage.cluster.bodies[0]["metadata"]["annotations"] == {"kubernetes.io/change-cause": "ticket 7"}


def test_images_can_be_named_whole() -> None:
    stage = show("upgrade")
    upgraded(stage, "", {"app": "registry.lab:5000/app:2.0"})
    assert stage.cluster.bodies[0]["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.lab:5000/app:2.0"


def test_the_version_it_runs_already_changes_nothing() -> None:
    stage = show("upgrade")
    outcome = upgraded(stage, "1.0")
    assert (outcome.changed, outcome.failed) == (False, False)
    assert outcome.message == "Deployment shop/app runs 1.0 already."
    assert stage.cluster.bodies == []


def test_check_mode_writes_nothing_but_a_dry_run() -> None:
    stage = show("upgrade")
    outcome = upgraded(stage, dry_run=True)
    assert (stage.cluster.bodies, len(stage.cluster.tried), stage.cluster.opened) == ([], 1, 0)
    assert outcome.message == "Deployment shop/app would be upgraded from 1.0 to 2.0."
    assert outcome.changed
    assert '"image": "registry.lab:5000/app:2.0"' in outcome.diff["after"]


def test_check_mode_of_nothing_to_do_does_not_even_try() -> None:
    stage = show("upgrade")
    assert not upgraded(stage, "1.0", dry_run=True).changed
    assert (stage.cluster.tried, stage.cluster.opened) == ([], 0)


@pytest.mark.parametrize(
    ("version", "images", "settings", "words"),
    [
        ("no version", {}, {}, "can be neither a tag nor a digest"),
        ("2.0", {}, {"container": "db"}, "container 'db' does not exist in it; it has: app"),
        ("", {"db": "a:1"}, {}, "container 'db' does not exist in it; it has: app"),
        ("", {"app": "A B"}, {}, "image 'A B' cannot be parsed"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    version: str, images: Json, settings: Json, words: str
) -> None:
    stage = show("upgrade")
    with pytest.raises(errors.InvalidInput, match="^Deployment shop/app cannot be upgraded: ") as refused:
        upgraded(stage, version, images, **settings)
    assert words in str(refused.value)
    assert str(refused.value).endswith("Nothing was changed.")
    assert (stage.cluster.bodies, stage.cluster.tried) == ([], [])


@pytest.mark.parametrize(
    ("beginning", "words"),
    [
        ({"spec": {"paused": True}}, "it is paused"),
        ({"spec": {"revisionHistoryLimit": 0}}, "no way back"),
        ({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}, "managed by Helm"),
    ],
)
def test_what_forbids_rolling_is_refused_before_anything_is_written(beginning: Json, words: str) -> None:
    stage = show("upgrade", twists.beginning_with(**beginning))
    with pytest.raises(errors.Refused, match=words):
        upgraded(stage)
    assert stage.cluster.bodies == []


def test_an_unknown_workload_is_not_found() -> None:
    stage = show("upgrade")
    with pytest.raises(errors.NotFound, match="There is no Deployment shop/ghost"):
        upgrade(stage.ports, Reference("Deployment", "shop", "ghost"), Wanted("2.0"), Settings())


def test_somebody_who_pauses_it_between_reading_and_writing_is_heeded() -> None:
    stage = show("upgrade")
    stage.cluster.troubles = [errors.Conflict("the object has been modified")]
    plain_patch = stage.cluster.patch

    def patch(*args: t.Any, **options: t.Any) -> Json:
        try:
            return plain_patch(*args, **options)
        except errors.Conflict:
            stage.cluster.stage.objects[("Deployment", "app")]["spec"]["paused"] = True
            raise

    stage.cluster.patch = patch  # type: ignore[method-assign]
    with pytest.raises(errors.Refused, match="it is paused"):
        upgraded(stage)
    assert stage.cluster.bodies == []
