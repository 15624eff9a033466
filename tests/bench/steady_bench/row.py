# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the bench is."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .line import Line
    from .stage import Place


class NotPlayed(Exception):
    """Why nothing could be measured."""


@dataclass(frozen=True)
class Row:
    """``minutes``: about how long it takes with seven runs.

    ``play`` is given the place and how many runs there should be, and yields lines as they are measured, so that what is measured
    is not lost when the rest fails. It raises NotPlayed or Stopped, and leaves nothing behind in the cluster but namespaces made
    by ``stage``, which are deleted anyway.
    """

    name: str
    minutes: float
    play: t.Callable[[Place, int], Iterator[Line]]
