# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

from comparison.shell import Shell
from traffic_bench.place import HERE, Place, route_of

PLACE = Place(Shell(), Path("/own"), "bench-1", "/programs")


def test_what_tools_keep_for_themselves_goes_to_a_folder_that_is_removed() -> None:
    kept = {
        name: value for name, value in PLACE.environment().items() if name in ("TMPDIR", "KUBECACHEDIR", "ANSIBLE_HOME")
    }
    assert set(kept.values()) == {"/own"} and len(kept) == 3


def test_every_variable_that_words_and_playbooks_use_is_set() -> None:
    used = set(re.findall(r"\$\{?([A-Z_]+)", (HERE / "words.sh").read_text()))
    for path in (HERE / "application.yml", *(HERE / "playbooks").glob("*.yml")):
        used |= set(re.findall(r"builtin\.env', '([A-Z_]+)'", path.read_text()))
    assert {"NAMESPACE", "BENCH"} < used <= set(PLACE.environment())


def test_the_route_is_for_the_host_that_the_load_asks_for() -> None:
    assert route_of(PLACE)["spec"]["hostnames"] == [PLACE.site] == ["bench-1.lab"]
    assert PLACE.environment()["SITE"] == PLACE.site


def test_every_node_is_an_entry() -> None:
    assert PLACE.addresses == ["10.77.0.11:30080", "10.77.0.21:30080", "10.77.0.22:30080"]
    assert PLACE.environment()["ENTRY"] in PLACE.addresses
