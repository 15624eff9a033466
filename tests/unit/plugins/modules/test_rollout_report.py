# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.modules import rollout_report

Json = dict[str, t.Any]
UPGRADED = {
    "changed": True,
    "msg": "Deployment shop/app upgraded from 1.0 to 2.0.",
    "workload": {"kind": "Deployment", "namespace": "shop", "name": "app"},
    "before": {"version": "1.0"},
    "after": {"version": "2.0"},
    "status": "complete",
    "timeline": [{"at": "2026-11-23T10:00:00Z", "seconds": 0.0, "text": "1.0 -> 2.0"}],
    "seconds": 3.0,
}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> t.Callable[..., Json]:
    """Runs the module with options and returns what it printed."""

    def module(*, check: bool = False, **options: t.Any) -> Json:
        given = {"results": [UPGRADED], "path": str(tmp_path / "shop"), **options}
        with patch_module_args({**given, "_ansible_check_mode": check}), pytest.raises(SystemExit):
            rollout_report.main()
        return json.loads(capsys.readouterr().out)

    return module


def test_the_second_run_changes_nothing(run: t.Callable[..., Json], tmp_path: pathlib.Path) -> None:
    assert run()["changed"] is True
    assert {path.name for path in tmp_path.iterdir()} == {"shop.html", "shop.md", "shop.json"}
    assert run()["changed"] is False


def test_check_mode_writes_nothing(run: t.Callable[..., Json], tmp_path: pathlib.Path) -> None:
    told = run(check=True)
    assert told["changed"] is True and not list(tmp_path.iterdir())
    assert told["diff"][0]["after"].startswith("# What was rolled out")


def test_what_is_no_result_is_refused_in_a_sentence(run: t.Callable[..., Json]) -> None:
    assert "results[1] is not what a workload module or http_probe returns" in run(results=[UPGRADED, {"rc": 0}])["msg"]


def test_the_options_are_the_documented_ones() -> None:
    documented = yaml.safe_load(rollout_report.DOCUMENTATION)["options"]
    stated = {name: {key: option[key] for key in option if key != "description"} for name, option in documented.items()}
    assert stated == rollout_report.ARGUMENTS
