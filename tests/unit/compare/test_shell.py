# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pathlib
import threading

import pytest

from ansible_collections.steady.rollout.tests.compare.comparison.shell import PATIENCE, Shell, Stopped


def test_what_was_printed_and_the_exit_code_are_kept(tmp_path: pathlib.Path) -> None:
    played = Shell().run("echo one; echo two >&2; exit $CODE", {"CODE": "3"}, tmp_path, 60)
    assert (played.code, played.output) == (3, "one\ntwo\n")


def test_text_without_an_end_is_ended_with_all_it_started(tmp_path: pathlib.Path) -> None:
    """The output is whole, at its end and in time only when nobody holds the pipe any more."""
    played = Shell().run("sleep 1000 & echo begun; wait", {}, tmp_path, 0.5)
    assert (played.code, played.output) == (None, "begun\n")
    assert played.seconds < PATIENCE


def test_stopping_ends_what_runs_and_lets_nothing_begin(tmp_path: pathlib.Path) -> None:
    shell, begun = Shell(), tmp_path / "begun"
    os.mkfifo(begun)
    ended = []

    def play() -> None:
        try:
            shell.run(f"echo > '{begun}'; exec sleep 1000", {}, tmp_path, 1000)
        except Stopped:
            ended.append(True)

    thread = threading.Thread(target=play)
    thread.start()
    begun.read_text()
    shell.stop()
    thread.join()
    assert ended
    with pytest.raises(Stopped):
        shell.run("true", {}, tmp_path, 60)


def test_cleaning_up_still_runs_when_stopped(tmp_path: pathlib.Path) -> None:
    shell = Shell()
    shell.stop()
    assert shell.finish("echo gone", {}, tmp_path) == "gone\n"
