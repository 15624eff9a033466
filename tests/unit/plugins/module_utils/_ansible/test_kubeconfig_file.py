# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import kubeconfig_file
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

GIVEN: dict[str, t.Any] = {
    "namespace": "shop",
    "name": "upgrade",
    "path": "/a",
    "expires_in": "1h",
    "renew_before": None,
}


def test_without_a_word_a_third_of_the_life_is_left_when_it_is_renewed() -> None:
    assert kubeconfig_file.wanted_of(GIVEN).renew_before == 1200.0
    assert kubeconfig_file.wanted_of({**GIVEN, "renew_before": "5m"}).renew_before == 300.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"expires_in": "9m"}, "expires_in: '9m' is too short, it must be at least 600s"),
        ({"expires_in": "soon"}, "expires_in: 'soon' is not a length of time"),
        ({"renew_before": "1h"}, r"renew_before \(1h\) must be less than expires_in \(1h\)"),
        ({"name": " "}, "name is empty"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(given: dict[str, t.Any], words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        kubeconfig_file.wanted_of({**GIVEN, **given})
