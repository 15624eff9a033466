# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds


def test_every_kind_is_found_by_its_name() -> None:
    assert [kinds.named(name) for name in kinds.NAMES] == list(kinds.KINDS)


@pytest.mark.parametrize("name", ["CronJob", "deployment", ""])
def test_any_other_kind_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(errors.InvalidInput, match="cannot be rolled here; write one of: Deployment"):
        kinds.named(name)


def test_only_a_daemon_set_has_no_number_of_replicas() -> None:
    assert [kind.RESOURCE.kind for kind in kinds.KINDS if kind.UNSCALABLE] == ["DaemonSet"]
