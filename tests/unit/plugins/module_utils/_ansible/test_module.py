# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import json
import os
import signal
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.module_utils._ansible import module
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.tests.unit.masked import shown

Json = dict[str, t.Any]
Run = t.Callable[..., Json]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> t.Iterator[Run]:
    """Runs an operation as a module with one option and gives what it printed."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def one(operate: t.Callable[[Json, bool], Json], *, check: bool = False, **options: t.Any) -> Json:
        given = {"colour": "blue", "_ansible_check_mode": check}
        with patch_module_args(given), pytest.raises(SystemExit) as ended:
            module.run({"colour": {"type": "str"}}, operate, **{"libraries": lambda _params: (), **options})
        printed = json.loads(shown(capsys.readouterr().out))
        assert bool(ended.value.code) is bool(printed.get("failed"))
        return printed

    threshold = gc.get_threshold()
    yield one
    gc.unfreeze()
    gc.set_threshold(*threshold)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_an_operation_gets_the_parameters_and_whether_it_may_change_anything(run: Run) -> None:
    result = run(lambda params, check: {"changed": True, "saw": [params["colour"], check]}, check=True)
    assert (result["changed"], result["saw"]) == (True, ["blue", True])


def test_a_failed_result_fails_with_everything_in_it(run: Run) -> None:
    result = run(
        lambda _params, _check: {"failed": True, "msg": "image not found", "findings": [{"code": "image_not_found"}]}
    )
    assert (result["failed"], result["msg"], result["findings"]) == (
        True,
        "image not found",
        [{"code": "image_not_found"}],
    )


def test_a_result_that_did_not_fail_says_nothing_of_failing(run: Run) -> None:
    assert "failed" not in run(lambda _params, _check: {"failed": False})


def test_an_error_is_its_sentence_and_no_traceback(run: Run) -> None:
    def operate(_params: Json, _check: bool) -> Json:
        raise errors.Refused("Deployment shop/app was not changed: it is paused.")

    result = run(operate)
    assert result["msg"] == "Deployment shop/app was not changed: it is paused."
    assert "exception" not in result


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_a_second_one_does_not_hurry_it(run: Run, number: int) -> None:
    ended_well = []

    def operate(_params: Json, _check: bool) -> Json:
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            os.kill(os.getpid(), number)
            ended_well.append(True)
        return {}

    result = run(operate)
    assert result["msg"].startswith(f"Stopped by {signal.Signals(number).name}. Run the same again to go on")
    assert ended_well == [True]


def test_a_package_that_is_missing_is_named(run: Run) -> None:
    result = run(lambda _params, _check: {}, libraries=lambda _params: ("no_such_package",))
    assert "no_such_package" in result["msg"]


def test_what_is_secret_in_a_parameter_is_never_printed(run: Run) -> None:
    result = run(lambda params, _check: {"saw": params["colour"]}, secrets=lambda params: [params["colour"]])
    assert "blue" not in json.dumps(result["saw"])


def test_what_is_secret_in_a_parameter_does_not_reach_the_systems_log(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr("ansible.module_utils.basic.has_journal", False)
    monkeypatch.setattr("syslog.syslog", lambda _priority, line: logged.append(line))
    run(lambda _params, _check: {}, secrets=lambda params: [params["colour"]])
    assert "colour=" in logged[0]
    assert "blue" not in " ".join(logged)


def test_what_is_there_at_the_end_is_not_looked_through_for_garbage(run: Run) -> None:
    gc.unfreeze()
    kept: list[int] = []

    def operate(_params: Json, _check: bool) -> Json:
        kept.append(gc.get_freeze_count())
        return {"made": [[number] for number in range(1000)]}

    run(operate)
    assert kept[0] > 0
    assert gc.get_freeze_count() > kept[0]
