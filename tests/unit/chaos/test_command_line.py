# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from chaos_trials import command_line
from chaos_trials.faults import FAULTS


@pytest.mark.parametrize(
    "words",
    [
        ["--seed", "../x"],
        ["--seed", "4f1d/"],
        ["--seed", "4f1d/0"],
        ["--count", "0"],
        ["--write", "--seed", "4f1d/3"],
        ["--fault", "rain"],
    ],
)
def test_words_that_mean_nothing_are_refused_before_anything_is_disturbed(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_every_fault_is_explained_where_it_is_written() -> None:
    assert all((fault.strike or fault.play).__doc__ for fault in FAULTS), [
        fault.name for fault in FAULTS if not (fault.strike or fault.play).__doc__
    ]
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_there_are_enough_trials_for_each_fault_to_come_often() -> None:
    assert command_line.COUNT >= 60
    assert 5 * len(FAULTS) <= command_line.COUNT
