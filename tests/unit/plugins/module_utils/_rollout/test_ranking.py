# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils import _rollout
from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import ranking
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

HERE = pathlib.Path(next(iter(_rollout.__path__)))


def cause(code: str, pod: str = "app-1", severity: str = "terminal", **evidence: t.Any) -> Finding:
    return Finding(code, "", "", pod=pod, severity=severity, evidence=evidence)


def order(*findings: Finding) -> list[str]:
    """The codes in their order, which must not depend on the order in which they were found."""
    forth = [finding.code for finding in ranking.ranked(findings)]
    assert forth == [finding.code for finding in ranking.ranked(reversed(findings))]
    return forth


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (cause("container_config"), cause("probe", probe="readiness")),
        (cause("volume"), cause("probe", probe="readiness")),
        (cause("image_not_found"), cause("probe", probe="readiness")),
        (cause("crash_loop"), cause("probe", probe="readiness")),
        (cause("probe", probe="liveness"), cause("crash_loop")),
        (cause("probe", probe="startup"), cause("crash_loop")),
        (cause("image_not_found"), cause("progress_deadline", "")),
        (cause("image_pull_transient", severity="transient"), cause("progress_deadline", "")),
        (cause("quota", ""), cause("progress_deadline", "")),
        (cause("quota", ""), cause("crash_loop")),
        (cause("crash_loop"), cause("image_pull_transient", severity="transient")),
        (cause("probe", probe="readiness"), cause("container_config", severity="transient")),
        (cause("progress_deadline", ""), cause("evicted", severity="transient")),
        (cause("unschedulable", severity="transient"), cause("node_lost", "app-2", severity="transient")),
    ],
    ids=lambda item: item.code,
)
def test_what_explains_the_other_comes_first(first: Finding, then: Finding) -> None:
    assert order(first, then) == [first.code, then.code]


def test_what_many_pods_suffer_from_comes_before_what_one_does() -> None:
    one, many = cause("image_not_found", "app-1"), [cause("crash_loop", f"app-{number}") for number in (2, 3)]
    assert order(one, *many) == ["crash_loop", "crash_loop", "image_not_found"]


def test_what_follows_on_every_pod_still_comes_after_what_explains_it() -> None:
    missing = [cause("container_config", f"app-{number}") for number in (1, 2)]
    failing = [cause("probe", f"app-{number}", probe="readiness") for number in (1, 2)]
    assert order(*missing, *failing)[:2] == ["container_config"] * 2


def test_every_code_has_its_place_once() -> None:
    assert len(set(ranking.CODES)) == len(ranking.CODES)


def test_the_table_names_every_code_that_there_is() -> None:
    others = [HERE / "running.py", HERE.parent / "_operation" / "gating.py"]
    sources = [*sorted((HERE / "findings").glob("*.py")), *others]
    literal = re.compile(r'"([a-z_]+)"')
    written: set[str] = set()
    for path in sources:
        for given in re.findall(r"\bcode=(.+),\n", path.read_text()):
            written |= set(literal.findall(given))
        for given in re.findall(r'return "(image_[a-z_]+)",', path.read_text()):
            written.add(given)
    assert written == set(ranking.CODES)


GUIDE = (pathlib.Path(__file__).parents[5] / "docs" / "findings.md").read_text()
ROWS = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in GUIDE.splitlines() if line.startswith("| `")]


def test_the_guide_explains_every_code() -> None:
    assert sorted(row[0] for row in ROWS if len(row) == 6) == sorted(ranking.CODES)


def test_the_guide_names_every_option_with_its_default() -> None:
    defaults = {row[0]: row[1] for row in ROWS if len(row) == 3}
    named = {option for row in ROWS if len(row) == 6 for option in re.findall(r"\w+_(?:grace|restarts)", row[5])}
    assert named | {"fail_on"} == set(defaults)
    unset = {"computed": None, "by kind": None}
    for option, default in defaults.items():
        assert str(workload.WAITING[option].get("default")) == str(unset.get(default, default)), option
