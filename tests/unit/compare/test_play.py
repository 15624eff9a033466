# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import re

from ansible_collections.steady.rollout.tests.compare.comparison.play import Place, environment_of
from ansible_collections.steady.rollout.tests.compare.comparison.scenarios import SCENARIOS
from ansible_collections.steady.rollout.tests.compare.comparison.shell import Shell
from ansible_collections.steady.rollout.tests.compare.comparison.tools import HERE

PLACE = Place(Shell(), pathlib.Path("/own"), pathlib.Path("/logs"), "/programs", pathlib.Path("/kubeconfig"), 30, "run")


def test_what_tools_keep_for_themselves_goes_to_a_folder_that_is_removed() -> None:
    kept = {name: value for name, value in PLACE.environment().items() if name.endswith(("HOME", "DIR"))}
    assert len(kept) == 6
    assert all(value.startswith("/own") for value in kept.values())


def test_a_play_sees_its_own_namespace_whatever_it_asks_with() -> None:
    """Its copy of the kubeconfig points there; the original does not."""
    environment = environment_of(PLACE, SCENARIOS[0], pathlib.Path("/own/compare-1"), "compare-1")
    assert environment["KUBECONFIG"] == environment["K8S_AUTH_KUBECONFIG"] == "/own/compare-1/kubeconfig"
    assert environment["NAMESPACE"] == "compare-1"


def test_every_variable_that_a_tool_is_told_with_is_set() -> None:
    text = "".join(path.read_text() for path in (HERE / "tools").glob("*.sh"))
    used = set(re.findall(r"\$\{?([A-Z_]+)", text))
    assert used
    assert used <= set(environment_of(PLACE, SCENARIOS[0], pathlib.Path("/own/compare-1"), "compare-1"))
