# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def test_a_conflict_names_the_managers_of_the_fields() -> None:
    conflict = errors.Conflict("they are taken", ("helm",))
    assert (str(conflict), conflict.managers) == ("they are taken", ("helm",))
