# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which an upgrade can be rolled out. A new one is a file beside this and a name in STRATEGIES."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies import blue_green, canary
from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Strategy
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import share

Json = dict[str, t.Any]

ROLLING = "rolling"
STRATEGIES = (canary, blue_green)
"""Those beside the rolling one, which is the controller's own."""
NAMES = (ROLLING, *(form.NAME for form in STRATEGIES))
_FORMS = {form.NAME: form for form in STRATEGIES}


def parse(given: t.Any) -> Strategy | None:
    """The strategy as people write it, a word or a dictionary with its ``type``; None for the rolling one. Raises InvalidInput."""
    if given is None:
        return None
    written = {"type": given} if isinstance(given, str) else given
    if not isinstance(written, dict) or "type" not in written:
        raise errors.InvalidInput(
            "strategy: write its type: strategy: canary, or strategy: {type: canary, steps: [...]}."
        )
    name = written["type"]
    if name not in NAMES:
        raise errors.InvalidInput(f"strategy: there is no {name!r}{options.nearest(str(name), NAMES)}")
    own = {key: value for key, value in written.items() if key != "type"}
    if name == ROLLING:
        options.read(own, (options.Option("type", "text"),), "strategy")
        return None
    chosen: Strategy = _FORMS[name].read(own, "strategy")
    return chosen


def gates_in(given: t.Any) -> t.Iterator[t.Any]:
    """All gates in a strategy as people write it. Never raises: it is asked before anything is checked."""
    for part in _parts(given):
        for key in ("gates", "keep_gates"):
            found = part.get(key) if isinstance(part, dict) else None
            yield from found if isinstance(found, (list, tuple)) else ()


def _parts(given: t.Any) -> t.Iterator[t.Any]:
    yield given
    probe = given.get("probe") if isinstance(given, dict) else None
    yield {"gates": [{share.NAME: probe}]} if probe else None
    steps = given.get("steps") if isinstance(given, dict) else None
    yield from steps if isinstance(steps, (list, tuple)) else ()
