# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

from ansible_collections.steady.rollout.lab.demo_story import reporting
from ansible_collections.steady.rollout.lab.demo_story.settings import DemoError

RESULT = {"changed": True, "msg": "Deployment shop/app upgraded from 1.0 to 2.0.", "status": "complete", "timeline": []}


# In a process of its own: once a controller's plugin is loaded, the modules' warnings go another way.
CALLED = """
import json, sys, types
from ansible_collections.steady.rollout.lab.demo_story.callbacks.keep_results import CallbackModule
callback = CallbackModule()
for returned in json.loads(sys.argv[1]):
    told = callback.v2_runner_on_failed if returned.get("failed") else callback.v2_runner_on_ok
    told(types.SimpleNamespace(result=returned))
"""


def test_what_workload_modules_return_ends_up_in_the_report(tmp_path: pathlib.Path) -> None:
    results = reporting.Results(tmp_path)
    failed = {**RESULT, "failed": True, "msg": "Upgrade failed: image not found."}
    returned = json.dumps([RESULT, failed, {"msg": "of another module"}])
    known = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment = {**os.environ, **known, **results.environment()}
    subprocess.run([sys.executable, "-c", CALLED, returned], env=environment, check=True)
    page = pathlib.Path(results.report("The story", {"skipped": True}))
    assert "2 rollouts: 1 complete, 1 failed." in page.read_text()
    assert json.loads((tmp_path / "report.json").read_text())["title"] == "The story"


def test_each_story_begins_anew(tmp_path: pathlib.Path) -> None:
    (tmp_path / "results.jsonl").write_text(json.dumps(RESULT) + "\n")
    page = pathlib.Path(reporting.Results(tmp_path).report("The story", {"skipped": True}))
    assert "There is nothing to tell" in page.read_text()


def test_a_report_that_cannot_be_written_says_why(tmp_path: pathlib.Path) -> None:
    with pytest.raises(DemoError, match="is not what a workload module"):
        reporting.Results(tmp_path).report("The story", {"rc": 0})
