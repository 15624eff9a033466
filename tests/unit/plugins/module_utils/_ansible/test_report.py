# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import report
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples

Json = dict[str, t.Any]


def options(path: pathlib.Path, *results: Json, **others: t.Any) -> Json:
    formats = ["html", "markdown", "json"]
    defaults = {"formats": formats, "title": "A day", "append": False, "job_url": ""}
    return {"results": list(results), "path": str(path), **defaults, **others}


def test_three_files_beside_each_other_that_anyone_may_read(tmp_path: pathlib.Path) -> None:
    told = report.made(options(tmp_path / "shop.html", examples.told("upgrade")), False)
    assert told["paths"] == {
        "html": f"{tmp_path}/shop.html",
        "markdown": f"{tmp_path}/shop.md",
        "json": f"{tmp_path}/shop.json",
    }
    assert {os.stat(path).st_mode & 0o777 for path in told["paths"].values()} == {0o644}
    assert sorted(os.listdir(tmp_path)) == ["shop.html", "shop.json", "shop.md"]


def test_a_rollback_joins_the_release_it_takes_back(tmp_path: pathlib.Path) -> None:
    report.made(options(tmp_path, examples.told("upgrade")), False)
    later = options(tmp_path, examples.told("rollback", 30), append=True)
    assert report.made(later, False)["rollouts"] == 2
    assert "Taken back by rollout 2." in (tmp_path / "report.md").read_text()
    again = report.made(later, False)
    assert (again["rollouts"], again["changed"]) == (2, False)


def test_the_job_of_awx_is_linked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ID", "42")
    monkeypatch.setenv("AWX_HOST", "https://awx.example")
    report.made(options(tmp_path, examples.told("upgrade")), False)
    run = json.loads((tmp_path / "report.json").read_text())["entries"][0]["run"]
    assert (run["job"], run["url"]) == ("AWX job 42", "https://awx.example/#/jobs/playbook/42")


def test_a_file_of_somebody_else_is_not_added_to(tmp_path: pathlib.Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(errors.InvalidInput, match="is not a report of this collection"):
        report.made(options(tmp_path, append=True), False)
    assert (tmp_path / "report.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"path": " "}, "path is empty"),
        ({"path": "/nowhere/at/all"}, "the folder /nowhere/at does not exist"),
        ({"formats": []}, "formats is empty"),
        ({"formats": ["html"], "append": True}, "append needs json"),
        ({"results": ["text"]}, r"results\[0\] is not what"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: Json, words: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        report.made({**options(tmp_path), **given}, False)
    assert not list(tmp_path.iterdir())
