# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import colours, record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_a_version_has_one_colour_wherever_it_turns_up() -> None:
    styles = colours.palette(record.report_of("t", record.entries_of(examples.day(), {})))
    assert styles == {"1.0": "v0", "2.0": "v1", "9.9": "v2"}


def test_a_legend_names_each_colour() -> None:
    told = colours.legend([("v0", "1.0"), ("errors", "failed")])
    assert told.count("<li>") == 2 and 'class="v0"' in told and "failed" in told
    assert colours.legend([]) == ""
