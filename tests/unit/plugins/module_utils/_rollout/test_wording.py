# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

LOST = Finding(
    "image_not_found",
    "image not found",
    "app:9.9: manifest unknown",
    pod="app-1",
    container="app",
    hint="Push the image.",
)
QUOTA = Finding("quota", "quota is used up", "pods=4 of 4")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0 s"),
        (1.24, "1.2 s"),
        (9.99, "10.0 s"),
        (42.4, "42 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (10800, "3 h"),
        (3725, "1 h 2 min 5 s"),
    ],
)
def test_seconds_are_written_for_people(value: float, text: str) -> None:
    assert wording.seconds(value) == text


def test_a_failure_says_what_was_asked_what_happened_why_what_was_done_and_what_is_next() -> None:
    text = wording.failure(
        "Upgrade of Deployment shop/app from 2.0 to 9.9",
        "failed after 1.2 s: image not found",
        [LOST, QUOTA],
        "Rolled back to revision 5.",
        "Then run it again.",
    )
    assert text.splitlines() == [
        "Upgrade of Deployment shop/app from 2.0 to 9.9 failed after 1.2 s: image not found.",
        "  pod app-1, container app: app:9.9: manifest unknown",
        "  also: quota is used up: pods=4 of 4",
        "Rolled back to revision 5.",
        "Next: Push the image. Then run it again.",
    ]


def test_pods_with_the_same_cause_are_counted_not_listed() -> None:
    twins = [dataclasses.replace(LOST, pod=name) for name in ("app-1", "app-2", "app-3")]
    assert wording.cause(twins) == ["pod app-1, container app (and 2 more pods): app:9.9: manifest unknown"]
    assert "(and 1 more pod):" in wording.cause(twins[:2])[0]


def test_the_same_trouble_of_another_container_is_another_cause() -> None:
    proxy = dataclasses.replace(LOST, container="proxy", message="proxy:9.9: manifest unknown")
    assert wording.cause([LOST, proxy, LOST])[1:] == [
        "also: image not found (pod app-1, container proxy): proxy:9.9: manifest unknown"
    ]


def test_only_the_last_log_lines_are_shown() -> None:
    logged = dataclasses.replace(LOST, logs=tuple(str(number) for number in range(9)))
    assert wording.cause([logged])[1:] == [f"log: {number}" for number in range(4, 9)]


def test_without_a_cause_nothing_is_made_up() -> None:
    assert wording.cause([]) == []
    assert wording.failure("Waiting", "took too long", [], "", "") == "Waiting took too long."
