# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of a workload, how each revision turned out, and which one an undo goes back to.

How a revision turned out is kept in one annotation of the workload, by the template's own hash: numbers move when a revision
is used again. ``good``: it completed and its gates passed. ``bad``: it failed. ``undone``: somebody went back from it.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images, objects, templates
from ansible_collections.steady.rollout.plugins.module_utils._rollout.kinds.kind import Kind
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot

Json = dict[str, t.Any]

OUTCOMES = "steady.rollout/outcomes"
CHANGE_CAUSE = "kubernetes.io/change-cause"
GOOD, BAD, UNDONE, UNKNOWN = "good", "bad", "undone", "unknown"


@dataclass(frozen=True)
class Revision:
    """One entry of the history."""

    number: int
    identity: str
    version: str
    images: dict[str, str]
    outcome: str
    current: bool
    change_cause: str
    created: str
    template: Json

    @property
    def title(self) -> str:
        """As sentences name it."""
        return f"revision {self.number} ({self.version})"

    def facts(self) -> Json:
        """As results show it: without the template, which may hold values that nobody should see."""
        return {
            "revision": self.number,
            "version": self.version,
            "images": self.images,
            "outcome": self.outcome,
            "current": self.current,
            "change_cause": self.change_cause,
            "created": self.created,
        }


def outcomes(workload: Json) -> dict[str, str]:
    """What is recorded of its revisions, by template hash. An annotation that somebody broke counts as none."""
    try:
        found = json.loads(objects.annotations_of(workload).get(OUTCOMES, "{}"))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def outcome_annotation(workload: Json, history: t.Iterable[Revision], changes: t.Mapping[str, str]) -> dict[str, str]:
    """The annotation with these outcomes added, and those of revisions that are gone left out."""
    known = {revision.identity for revision in history} | set(changes)
    kept = {key: value for key, value in outcomes(workload).items() if key in known}
    return {OUTCOMES: json.dumps({**kept, **changes}, sort_keys=True, separators=(",", ":"))}


def history(kind: Kind, snapshot: Snapshot, container: str = "") -> tuple[Revision, ...]:
    """All revisions, newest first."""
    workload = snapshot.workload or {}
    recorded = outcomes(workload)
    present = objects.template(workload)
    newest = objects.uid(snapshot.newest or {})

    def entry(item: Json) -> Revision:
        template = kind.template_of(item)
        identity = kind.identity(item)
        return Revision(
            number=kind.revision_number(item),
            identity=identity,
            version=templates.version(template, objects.name(workload), container),
            images=objects.images(template),
            outcome=recorded.get(identity, UNKNOWN),
            current=objects.uid(item) == newest if newest else template == present,
            change_cause=objects.annotations_of(item).get(CHANGE_CAUSE, ""),
            created=str(objects.metadata(item).get("creationTimestamp", "")),
            template=template,
        )

    return tuple(sorted(map(entry, snapshot.revisions), key=lambda revision: revision.number, reverse=True))


def by_number(entries: t.Sequence[Revision], number: int) -> Revision:
    """The revision of that number. Raises Refused listing those there are."""
    for revision in entries:
        if revision.number == number:
            return revision
    raise errors.Refused(f"there is no revision {number} in its history; there are: {listing(entries)}.")


def by_version(entries: t.Sequence[Revision], version: str) -> Revision:
    """The newest revision of that version, or with an image of that digest; one not known to be bad comes first.

    Raises Refused listing those there are.
    """
    wanted = images.digest_of(version) or version
    found = [entry for entry in entries if wanted in (entry.version, *map(images.digest_of, entry.images.values()))]
    if not found:
        raise errors.Refused(f"no revision in its history runs version {version}; there are: {listing(entries)}.")
    return next((revision for revision in found if revision.outcome != BAD), found[0])


def previous(entries: t.Sequence[Revision]) -> Revision | None:
    """Where an undo goes: the last revision known to be good, else the newest one not known to be bad.

    None when the newest of the others has been undone already: pressing the button twice does not flip back. Raises Refused when
    there is nothing to go back to.
    """
    others = [revision for revision in entries if not revision.current and revision.outcome != BAD]
    if not others:
        bad = [revision for revision in entries if not revision.current]
        known = (
            f" The others are known to be bad: {listing(bad)}; name one of them with force to go there all the same."
            if bad
            else ""
        )
        raise errors.Refused(
            f"there is nothing to roll back to: its history has no earlier revision that could be good.{known}"
        )
    if others[0].outcome == UNDONE:
        return None
    return next((revision for revision in others if revision.outcome == GOOD), others[0])


def last_good(entries: t.Sequence[Revision]) -> Revision | None:
    """Where a failed rollout goes back to by itself: the last revision known to be good, else the newest that nobody went back from."""
    others = [revision for revision in entries if not revision.current and revision.outcome not in (BAD, UNDONE)]
    return next((revision for revision in others if revision.outcome == GOOD), others[0] if others else None)


def listing(entries: t.Iterable[Revision]) -> str:
    """Revisions as a sentence lists them."""
    return ", ".join(
        f"{revision.number} ({revision.version}{', current' if revision.current else ''}"
        f"{', ' + revision.outcome if revision.outcome != UNKNOWN else ''})"
        for revision in entries
    )
