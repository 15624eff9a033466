# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import rollback as rollbacks
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.images import Image
from ansible_collections.steady.rollout.plugins.module_utils._rollout.logins import Login
from ansible_collections.steady.rollout.tests.unit.films.replay import Show, show

Json = dict[str, t.Any]

DIGEST = "sha256:" + 64 * "a"
PULLS = base64.b64encode(
    json.dumps({"auths": {"registry.lab:5000": {"username": "me", "password": "hunter2"}}}).encode()
)
SECRET = {
    "kind": "Secret",
    "metadata": {"namespace": "shop", "name": "pull"},
    "data": {".dockerconfigjson": PULLS.decode()},
}
ACCOUNT = {
    "kind": "ServiceAccount",
    "metadata": {"namespace": "shop", "name": "default"},
    "imagePullSecrets": [{"name": "pull"}],
}


class Known:
    """Satisfies the port ``Registries``: every tag is the same image, but for a trouble."""

    def __init__(self, trouble: errors.RolloutError | None = None) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.trouble = trouble

    def digest(self, image: Image, logins: t.Sequence[Login]) -> str:
        self.asked.append((str(image), [login.username for login in logins]))
        if self.trouble:
            raise self.trouble
        return DIGEST


def upgraded(stage: Show, known: Known | None = None, version: str = "2.0", **settings: t.Any) -> Outcome:
    ports = replace(stage.ports, registries=known)
    return upgrade(
        ports, stage.film.reference, Wanted(version), Settings(pin_digests=bool(known), dry_run=True, **settings)
    )


def written(stage: Show) -> str:
    return objects.images(stage.cluster.tried[0]["spec"]["template"])["app"]


def test_the_tag_is_written_with_the_digest_and_still_is_the_version() -> None:
    stage, known = show("upgrade"), Known()
    outcome = upgraded(stage, known)
    assert written(stage) == f"registry.lab:5000/app:2.0@{DIGEST}"
    assert known.asked == [("registry.lab:5000/app:2.0", [])]
    assert outcome.message == "Deployment shop/app would be upgraded from 1.0 to 2.0."


def test_a_tag_that_was_moved_is_another_image_and_is_told_apart() -> None:
    stage = show("upgrade")
    assert upgraded(stage, Known(), "1.0").message == (
        "Deployment shop/app would be upgraded from 1.0 to 1.0 (sha256:aaaaaaaaaaaa)."
    )


def test_pull_secrets_of_the_service_account_are_used_and_the_pods_own_go_first() -> None:
    stage, known = show("upgrade"), Known()
    stage.cluster.extra = [SECRET, ACCOUNT]
    stage.cluster.read = of_extra(stage)  # type: ignore[method-assign]
    upgraded(stage, known)
    assert known.asked[0][1] == ["me"]
    own = show("upgrade")
    own.cluster.stage.objects[("Deployment", "app")]["spec"]["template"]["spec"]["imagePullSecrets"] = [
        {"name": "none"}
    ]
    own.cluster.extra = [ACCOUNT]
    own.cluster.read = of_extra(own)  # type: ignore[method-assign]
    with pytest.raises(errors.Unauthorized, match=r"app was not changed: who\? There is no Secret shop/none."):
        upgraded(own, Known(errors.Unauthorized("who?")))


def of_extra(stage: Show) -> t.Callable[..., Json]:
    plain = stage.cluster.read

    def read(resource: t.Any, namespace: str, name: str) -> Json:
        found = (item for item in stage.cluster.extra if (item["kind"], objects.name(item)) == (resource.kind, name))
        return next(found, None) or plain(resource, namespace, name)

    return read


@pytest.mark.parametrize("trouble", [errors.NotFound("it has 1.0."), errors.Unreachable("no answer.")])
def test_what_the_registry_says_is_about_the_workload_and_nothing_is_written(trouble: errors.RolloutError) -> None:
    stage = show("upgrade")
    with pytest.raises(type(trouble), match=f"^Deployment shop/app was not changed: {trouble}"):
        upgraded(stage, Known(trouble))
    assert (stage.cluster.tried, stage.cluster.bodies) == ([], [])


def test_an_image_from_elsewhere_is_refused_before_anything_is_written() -> None:
    stage = show("upgrade")
    with pytest.raises(errors.Refused) as refused:
        upgraded(stage, allowed_registries=("ghcr.io/team", "docker.io"))
    assert str(refused.value) == (
        "Deployment shop/app was not changed: registry.lab:5000/app:2.0 (container app) comes from none of the allowed registries"
        " (ghcr.io/team, docker.io). Push it to one of these, or add its place to allowed_registries."
    )
    assert stage.cluster.tried == []
    assert upgraded(stage, allowed_registries=("registry.lab:5000",)).changed


def test_what_runs_already_is_not_refused() -> None:
    assert not upgraded(show("upgrade"), version="1.0", allowed_registries=("ghcr.io",)).changed


def test_the_way_back_is_open_with_a_warning() -> None:
    stage = show("rollback")
    settings = Settings(dry_run=True, allowed_registries=("ghcr.io",))
    outcome = rollbacks.rollback(stage.ports, stage.film.reference, rollbacks.Target(), settings)
    assert outcome.changed
    assert (
        "goes back to what may not be deployed any more: registry.lab:5000/app:1.0 (container app) comes from none"
        in outcome.warnings[0]
    )
