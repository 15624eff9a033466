# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import difference, objects
from ansible_collections.steady.rollout.tests.unit import samples


def with_env(*entries: dict[str, object]) -> dict[str, object]:
    changed = samples.workload()
    changed["spec"]["template"]["spec"]["containers"][0]["env"] = list(entries)
    return changed


def test_a_new_image_is_the_only_line_that_differs() -> None:
    diff = difference.of(samples.workload("1.0"), samples.workload("2.0", 2))
    lines = [set(diff[side].splitlines()) for side in ("before", "after")]
    assert [line.strip() for line in lines[0] - lines[1]] == ['"image": "registry.lab:5000/app:1.0",']
    assert diff["after_header"] == f"Deployment {samples.NAMESPACE}/{samples.NAME}"


def test_status_and_annotations_of_controllers_are_no_difference() -> None:
    assert difference.of(samples.workload("1.0", 1), samples.workload("1.0", 5)) == {}


def test_what_is_made_anew_has_nothing_before() -> None:
    diff = difference.of(None, samples.workload())
    assert diff["before"] == ""
    assert json.loads(diff["after"])["spec"]["replicas"] == samples.workload()["spec"]["replicas"]


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "API_KEY", "apikey", "AUTH_HEADER", "token", "AWS_SECRET_ACCESS_KEY", "dbPasswd"]
)
def test_values_whose_names_sound_secret_are_hidden(name: str) -> None:
    diff = difference.of(
        samples.workload(), with_env({"name": name, "value": "hunter2"}, {"name": "COLOUR", "value": "blue"})
    )
    assert "hunter2" not in diff["after"]
    assert difference.HIDDEN in diff["after"]
    assert "blue" in diff["after"]


def test_a_reference_to_a_secret_is_no_secret() -> None:
    reference = {"secretKeyRef": {"name": "db", "key": "password"}}
    assert (
        "secretKeyRef"
        in difference.of(samples.workload(), with_env({"name": "DB_PASSWORD", "valueFrom": reference}))["after"]
    )


def test_hiding_leaves_the_template_itself_alone() -> None:
    template = objects.template(with_env({"name": "TOKEN", "value": "hunter2"}))
    difference.hidden(template)
    assert template["spec"]["containers"][0]["env"][0]["value"] == "hunter2"
