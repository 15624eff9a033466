# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.steady.rollout.plugins.callback.brief import CallbackModule

OURS = {"msg": "Upgrade failed: image not found.\n  pod a\nNext: push it.", "timeline": [], "exception": "trace"}


class Result:
    """What a callback is given."""

    def __init__(self, **result: t.Any) -> None:
        self.result = result


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> CallbackModule:
    """The callback at normal verbosity, without the output that it builds on."""
    for name in ("v2_runner_on_failed", "v2_runner_item_on_failed"):
        monkeypatch.setattr(Default, name, lambda *_given: None)
    monkeypatch.setattr(Default, "_dump_results", lambda *_given, **_options: "everything")
    callback = CallbackModule()
    monkeypatch.setattr(callback._display, "verbosity", 0)
    return callback


def test_a_failure_of_ours_is_its_text_and_stands_there_once(brief: CallbackModule) -> None:
    for failed in (brief.v2_runner_on_failed, brief.v2_runner_item_on_failed):
        result = Result(**OURS)
        failed(result)
        assert "exception" not in result.result
        assert brief._dump_results(result.result) == (
            "\n  Upgrade failed: image not found.\n    pod a\n  Next: push it."
        )


def test_a_failure_of_others_is_what_it_was(brief: CallbackModule) -> None:
    result = Result(msg="no", rc=1, exception="trace")
    brief.v2_runner_on_failed(result)
    assert result.result == {"msg": "no", "rc": 1, "exception": "trace"}
    assert brief._dump_results(result.result) == "everything"


def test_whoever_asks_for_more_gets_everything(brief: CallbackModule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief._display, "verbosity", 1)
    result = Result(**OURS)
    brief.v2_runner_on_failed(result)
    assert result.result == OURS
    assert brief._dump_results(result.result) == "everything"
