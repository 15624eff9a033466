# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from chaos_trials import undoing

DISTURBER = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from chaos_trials.undoing import undone_by
with undone_by("sh", "-c", 'echo undone > "$1"', "sh", sys.argv[2]):
    os.kill(os.getpid(), int(sys.argv[3]))
    signal.pause()
"""


def test_it_is_undone_at_the_end_and_not_before(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "mark"
    with undoing.undone_by("touch", str(mark)):
        assert not mark.exists()
    assert mark.exists()


def test_it_is_undone_after_an_error(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(OSError, match="broken"), undoing.undone_by("touch", str(mark)):
        raise OSError("broken")
    assert mark.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_is_undone_when_the_program_is_ended(tmp_path: pathlib.Path, number: signal.Signals) -> None:
    mark = tmp_path / "mark"
    os.mkfifo(mark)
    package = pathlib.Path(undoing.__file__).parents[1]
    words = [sys.executable, "-c", DISTURBER, str(package), str(mark), str(int(number))]
    disturber = subprocess.Popen(words, stderr=subprocess.DEVNULL, start_new_session=True)
    assert mark.read_text() == "undone\n"
    disturber.wait(30)
