# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

DEFAULTS = {
    name: option.get("default")
    for name, option in {**workload.WAITING, **workload.GATES, **workload.CHANGING, **workload.ON_FAILURE}.items()
}


def settings(**params: t.Any) -> Settings:
    return workload.settings_of({**DEFAULTS, **params}, check_mode=False)


def test_the_options_defaults_are_the_settings_defaults() -> None:
    given = settings()
    assert given == Settings(limits=Limits(), holder=given.holder)


def test_lengths_of_time_are_read_as_people_write_them() -> None:
    given = settings(timeout="1h30m", image_pull_grace="0s", probe_grace="90s", crash_restarts=0, fail_on="any")
    assert given.timeout == 5400
    assert given.limits == Limits(image_pull_grace=0, probe_grace=90, crash_restarts=0, fail_on="any")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"timeout": "0"}, "timeout: '0' is not possible, it must be more than 0"),
        ({"timeout": "-5m"}, "timeout: '-5m' is not possible"),
        ({"timeout": "soon"}, "timeout: 'soon' is not a length of time"),
        ({"config_grace": "-1s"}, "config_grace: '-1s' is too short"),
        ({"probe_grace": "x"}, "probe_grace: 'x' is not a length of time"),
        ({"volume_grace": "2 minutes"}, "volume_grace: '2 minutes' is not a length of time"),
        ({"crash_restarts": -1}, "crash_restarts: -1 is not possible, write 0 or more"),
        ({"init_restarts": -2}, "init_restarts: -2 is not possible, write 0 or more"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_options_name(params: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^{re.escape(words)}"):
        settings(**params)


def test_a_module_that_does_not_wait_needs_no_timeout() -> None:
    given = workload.settings_of({"container": "app"}, check_mode=True)
    assert given == Settings(container="app", dry_run=True, holder=given.holder)


@pytest.mark.parametrize(("version", "text"), [("2.10", "2.10"), (" 2.0 ", "2.0"), (2, "2"), (None, ""), ("", "")])
def test_a_version_is_a_string(version: t.Any, text: str) -> None:
    assert workload.version_of({"version": version}) == text


@pytest.mark.parametrize("version", [2.1, 1e3, True])
def test_a_number_that_has_lost_its_form_is_refused_with_the_way_to_quote_it(version: t.Any) -> None:
    with pytest.raises(errors.InvalidInput, match=r'Write it as a string: version: "2\.10"'):
        workload.version_of({"version": version})


def test_a_workload_is_named_without_the_spaces_around_it() -> None:
    assert workload.reference_of({"kind": "Deployment", "namespace": " shop", "name": "app "}) == Reference(
        "Deployment", "shop", "app"
    )


@pytest.mark.parametrize("option", ["namespace", "name"])
def test_an_empty_name_is_refused(option: str) -> None:
    with pytest.raises(errors.InvalidInput, match=f"^{option} is empty"):
        workload.reference_of({"kind": "Deployment", "namespace": "shop", "name": "app", option: " "})


def test_an_outcome_is_a_result_with_its_findings_as_facts() -> None:
    finding = Finding("quota", "quota is used up", "pods=4", severity="terminal")
    outcome = Outcome(Reference("Deployment", "shop", "app"), True, True, "It failed.", "failed", findings=(finding,))
    result = workload.result_of(outcome)
    assert result["workload"] == {"kind": "Deployment", "namespace": "shop", "name": "app"}
    assert result["findings"] == [finding.facts()]
    assert (result["changed"], result["failed"], result["msg"], result["status"]) == (
        True,
        True,
        "It failed.",
        "failed",
    )
    assert "diff" not in result


def test_gates_are_read_as_people_write_them() -> None:
    (gate,) = settings(gates=[{"stable_for": "10s"}]).gates
    assert (gate.label, gate.options["for"]) == ("stable_for", 10.0)
    with pytest.raises(errors.InvalidInput, match=r"^gates\[0\]: there is no gate 'stable'"):
        settings(gates=[{"stable": "10s"}])


@pytest.mark.parametrize(
    ("written", "asks"),
    [
        ([], False),
        (["endpoints_ready", {"http": "http://a/"}, {"http": None}, {"http": {"url": "http://a/"}}], False),
        ([{"condition": {}}], True),
        ([{"http": {"version_path": "a"}}], True),
    ],
)
def test_jmespath_is_needed_only_by_gates_that_use_it(written: t.Any, asks: bool) -> None:
    assert ("jmespath" in workload.libraries({"gates": written})) is asks


def test_a_run_names_the_job_that_it_is_part_of_and_is_told_from_every_other() -> None:
    first, second = workload.holder({"JOB_ID": "42"}), workload.holder({"JOB_ID": "42"})
    assert first.startswith("AWX job 42, ")
    assert first != second
    assert "AWX" not in workload.holder({"JOB_ID": "forty-two"})
