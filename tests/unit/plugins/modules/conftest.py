# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import signal
import types
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected
from ansible_collections.steady.rollout.tests.unit.films.replay import Show
from ansible_collections.steady.rollout.tests.unit.masked import shown

Json = dict[str, t.Any]
Play = t.Callable[..., Json]


@pytest.fixture
def play(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Play]:
    """Runs a module with options on the cluster of a film and gives its result."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def one(module: types.ModuleType, stage: Show, *, check: bool = False, **options: t.Any) -> Json:
        monkeypatch.setattr(connected, "connect", lambda *_args, **_options: stage.cluster)
        monkeypatch.setattr(connected, "SystemClock", lambda: stage.clock)
        named = {key: value for key, value in (("namespace", "shop"), ("name", "app")) if key in module.ARGUMENTS}
        with patch_module_args({**named, **options, "_ansible_check_mode": check}), pytest.raises(SystemExit):
            module.main()
        return json.loads(shown(capsys.readouterr().out))

    yield one
    for number, handler in handlers.items():
        signal.signal(number, handler)
