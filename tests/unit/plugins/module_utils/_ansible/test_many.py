# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import many
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

SHOP = {"kind": "Deployment", "namespace": "shop", "name": None, "version": "2.0", "images": None, "max_parallel": 10}


def operation(params: Json) -> many.Operate:
    """Answers with what it was told."""
    if params["version"] == "bad":
        raise errors.InvalidInput("version is bad.")
    told = str(params["version"] or params["images"])
    return lambda _ports, reference, settings: Outcome(reference, True, False, f"{told} {settings.container}")


def told(*workloads: Json, **params: t.Any) -> list[tuple[Reference, str]]:
    given = {**SHOP, "workloads": list(workloads), **params}
    tasks = many.tasks_of(given, operation, Settings(holder="me"), ("version", "images"))
    assert all(task.settings.holder == "me" for task in tasks)
    return [
        (task.reference, task.operate(t.cast(t.Any, None), task.reference, task.settings).message) for task in tasks
    ]


def test_what_an_entry_does_not_say_is_taken_from_the_task() -> None:
    assert told({"name": "a", "namespace": None}, {"name": "b", "namespace": "post", "kind": "StatefulSet"}) == [
        (Reference("Deployment", "shop", "a"), "2.0 "),
        (Reference("StatefulSet", "post", "b"), "2.0 "),
    ]


def test_an_entry_s_own_word_rules_out_the_task_s_alternative() -> None:
    entries = ({"name": "a", "images": {"web": "web:3"}}, {"name": "b", "version": "3.0", "container": "web"})
    assert [text for _reference, text in told(*entries)] == ["{'web': 'web:3'} ", "3.0 web"]


@pytest.mark.parametrize(
    ("workloads", "params", "words"),
    [
        ([], {}, "workloads is empty: name at least one workload."),
        ([{"name": "a"}], {"name": "b"}, "name and workloads exclude each other: set one of them."),
        ([{"name": "a"}], {"max_parallel": -1}, "max_parallel: -1 is not possible, write 0 (all at once) or more."),
        ([{"name": "a"}], {"namespace": None}, "workloads[0]: namespace is missing: write the namespace of a."),
        ([{"name": "a"}, {"name": " "}], {}, "workloads[1]: name is empty"),
        (
            [{"name": "a"}, {"name": "a", "namespace": "shop"}],
            {},
            "workloads[1] names Deployment shop/a again, workloads[0] does: leave one out.",
        ),
        (
            [{"name": "a", "version": "1", "images": {"a": "b"}}],
            {},
            "workloads[0]: version and images exclude each other",
        ),
        ([{"name": "a", "version": "bad"}], {}, "workloads[0]: version is bad."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(workloads: list[Json], params: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^{re.escape(words)}"):
        told(*workloads, **params)


def test_a_task_names_one_workload_or_many() -> None:
    with pytest.raises(errors.InvalidInput, match="set namespace and name, or workloads"):
        many.reference_of(SHOP)
    with pytest.raises(errors.InvalidInput, match="namespace is missing: write the namespace of a"):
        many.reference_of({**SHOP, "name": "a", "namespace": None})
    assert many.reference_of({**SHOP, "name": "a"}) == Reference("Deployment", "shop", "a")


def test_a_result_has_one_for_each_and_is_changed_or_failed_when_any_is() -> None:
    good = Outcome(Reference("Deployment", "shop", "a"), True, False, "good", diff={"before": "1", "after": "2"})
    bad = Outcome(Reference("Deployment", "shop", "b"), False, True, "bad")
    result = many.result_of([good, bad], "Of 2 workloads ...")
    assert (result["changed"], result["failed"], result["msg"]) == (True, True, "Of 2 workloads ...")
    assert [item["workload"]["name"] for item in result["results"]] == ["a", "b"]
    assert result["diff"] == [{"before": "1", "after": "2"}]
    assert "diff" not in result["results"][0]
    assert "diff" not in many.result_of([bad], "")
