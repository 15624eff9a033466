# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors in the API's own syntax, applied to labels as the API server applies them."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

Labels = t.Mapping[str, str]

_ONE_OF = re.compile(r"(?P<key>\S+)\s+(?P<operator>in|notin)\s*\((?P<values>[^)]*)\)")
_EQUAL = re.compile(r"(?P<key>[^\s=!]+)\s*(?P<operator>==?|!=)\s*(?P<value>\S*)")
_THERE = re.compile(r"(?P<absent>!?)\s*(?P<key>[^\s=!]+)")
_COMMA = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True)
class Requirement:
    """One condition on one label. ``values`` None: any value will do. ``wanted`` False turns it round; a missing label then fits."""

    key: str
    values: frozenset[str] | None
    wanted: bool

    def holds(self, labels: Labels) -> bool:
        """Whether the labels meet it."""
        present = self.key in labels and (self.values is None or labels[self.key] in self.values)
        return present is self.wanted


@dataclass(frozen=True)
class Selector:
    """All requirements at once; none of them: everything."""

    requirements: tuple[Requirement, ...] = ()

    def selects(self, labels: Labels) -> bool:
        """Whether an object with these labels belongs to it."""
        return all(requirement.holds(labels) for requirement in self.requirements)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The labels that each of its objects has, key and value: where to look for them."""
        single = (item for item in self.requirements if item.wanted and item.values and len(item.values) == 1)
        return tuple((item.key, next(iter(item.values or ()))) for item in single)


def parse(text: str) -> Selector:
    """``app=web,tier in (a,b),!canary`` as a selector. Raises ValueError where the API server would refuse it."""
    return Selector(tuple(_requirement(part.strip()) for part in _COMMA.split(text))) if text.strip() else Selector()


def _requirement(part: str) -> Requirement:
    if found := _ONE_OF.fullmatch(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], values, found["operator"] == "in")
    if found := _THERE.fullmatch(part):
        return Requirement(found["key"], None, not found["absent"])
    if found := _EQUAL.fullmatch(part):
        return Requirement(found["key"], frozenset((found["value"],)), found["operator"] != "!=")
    raise ValueError(f"{part!r} is no requirement of a label selector")
