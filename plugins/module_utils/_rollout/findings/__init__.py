# SPDX-License-Identifier: GPL-3.0-or-later
"""The causes that can be named, the most telling first. A new family is a file beside this and a name in FINDERS."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings import (
    config,
    crash,
    deadline,
    image,
    probe,
    quota,
    scheduling,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, View

FINDERS: tuple[t.Callable[[View], t.Iterator[Finding]], ...] = (
    image.find,
    config.find,
    quota.find,
    probe.find,
    crash.find,
    scheduling.find,
    deadline.find,
)


def find_all(view: View) -> list[Finding]:
    """Every finding of a snapshot, the most telling family first."""
    return [finding for find in FINDERS for finding in find(view)]
