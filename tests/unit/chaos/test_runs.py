# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import pathlib
import signal
import sys
import typing as t

from chaos_trials.asks import ASKS
from chaos_trials.runs import Run, of_run, told

KILLED = {
    "changed": False,
    "msg": "Module result deserialization failed",
    "rc": 137,
    "module_stdout": "",
    "failed": True,
}
STOPPED = {"msg": "Stopped by SIGTERM. The change has been written; the cluster goes on.", "failed": True}
FAILED = {
    "failed": True,
    "msg": "Upgrade of Deployment shop/app from 1.0 to 9.9 failed after 8.8 s: image not found.",
    "after": {"revision": 3, "version": "1.0"},
    "rolled_back": {"revision": 3, "version": "1.0"},
}


def said(tmp_path: pathlib.Path, *results: t.Any) -> tuple[bool | None, str, str, bool]:
    file = tmp_path / "told.json"
    file.write_text("".join(json.dumps(result) + "\n" for result in results))
    heard = told(ASKS[0], 1.0, 2.0, file)
    return heard.failed, heard.after, heard.back, heard.died


def test_what_a_module_returned_is_its_word(tmp_path: pathlib.Path) -> None:
    assert said(tmp_path, FAILED) == (True, "1.0", "1.0", False)
    assert said(tmp_path, {"failed": False, "after": {"version": "2.0"}, "rolled_back": {}}) == (
        False,
        "2.0",
        "",
        False,
    )
    assert said(tmp_path, {"failed": True, "msg": "is being rolled by another run"}) == (True, "", "", False)


def test_a_claim_is_as_old_as_the_modules_last_word(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "told.json"
    moments = [{"at": f"2026-11-23T20:59:{second}Z"} for second in ("08.098", "11.411")]
    file.write_text(json.dumps({"failed": False, "timeline": moments}))
    assert told(ASKS[0], 1.0, 1795467553.0, file).ended == 1795467551.411
    file.write_text(json.dumps({"failed": True, "msg": "refused"}))
    assert told(ASKS[0], 1.0, 2.0, file).ended == 2.0


def test_a_module_that_was_ended_has_not_said_how_it_went(tmp_path: pathlib.Path) -> None:
    assert said(tmp_path, STOPPED) == (None, "", "", False)
    assert said(tmp_path, KILLED) == (None, "", "", True)
    assert said(tmp_path) == (None, "", "", True)
    assert told(ASKS[0], 1.0, 2.0, tmp_path / "never written").failed is None


def test_processes_are_found_wherever_they_hang_and_ended_with_their_run(tmp_path: pathlib.Path) -> None:
    """A child of a shell that has gone is found by its environment."""
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    sleeper = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text('x'); time.sleep(1000)"
    command = ["sh", "-c", '"$@" & wait', "sh", sys.executable, "-c", sleeper, str(begun)]
    run = Run(f"run-{os.getpid()}", ASKS[0], command, dict(os.environ), tmp_path)
    assert begun.read_text() == "x"
    assert len(of_run(run.name)) == 2
    assert run.send(None, signal.SIGKILL)
    assert run.end().failed is None
    while run.alive():
        os.sched_yield()
