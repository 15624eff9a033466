# SPDX-License-Identifier: GPL-3.0-or-later
"""Pause and resume: stop the controller from rolling a workload, and let it go on."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, patched, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, preflight, wording

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Change, Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


def pause(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    """Stop it from rolling, at any time; done once its controller has seen that. Raises Refused where the kind cannot be stopped."""
    settings = replace(settings, calendar=None)
    return operate("pause", start(ports, reference, settings, recorded=False), _pausing)


def resume(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    """Let it go on and see the rollout through; one that is not paused is only waited for."""
    return operate("pause", start(ports, reference, settings), _resuming)


def _pausing(roll: Roll, present: Json) -> Plan:
    checks.may_pause(roll.kind, roll.reference, present)
    if roll.kind.paused(present):
        return Plan(f"Pausing of {roll.reference}", "is paused already", see=_see_paused)
    return Plan(
        f"Pausing of {roll.reference}",
        "paused",
        "pausing it",
        patched(lambda now: roll.kind.pause_patch(now, True), present),
        see=_see_paused,
    )


def _resuming(roll: Roll, present: Json) -> Plan:
    checks.may_pause(roll.kind, roll.reference, present)
    version = reading.facts(roll.kind, present, roll.settings.container)["version"]
    if not roll.kind.paused(present):
        return Plan(f"Resuming of {roll.reference} ({version})", f"was not paused and runs {version}")
    if roll.settings.on_failure == "rollback":
        checks.refuse(roll.reference, preflight.no_history(present))
    return Plan(
        f"Resuming of {roll.reference} ({version})",
        f"resumed on {version}",
        f"resuming it on {version}; {checks.manner(roll.kind, present)}",
        patched(lambda now: roll.kind.pause_patch(now, False), present),
    )


def _see_paused(roll: Roll, change: Change) -> Outcome:
    """Wait until the controller has seen it: from then on it starts no new pod."""
    present, seen = _observed(roll, change.after)
    before, after = checks.before_and_after(roll, change.before, present)
    late = f"failed after {wording.seconds(roll.journal.seconds)}: its controller has not seen the new spec"
    unseen = wording.failure(
        change.asked, late, (), "What was written stays.", "look whether the cluster's controllers run"
    )
    if seen and change.changed:
        roll.journal.say("paused: its controller has seen it")
    return Outcome(
        reference=roll.reference,
        changed=change.changed,
        failed=not seen,
        message=f"{roll.reference} {change.done}." if seen else unseen,
        status="paused" if seen else "failed",
        before=before,
        after=after,
        diff=change.diff,
        timeline=tuple(roll.journal.entries),
        seconds=round(roll.journal.seconds, 3),
    )


def _observed(roll: Roll, written: Json) -> tuple[Json, bool]:
    """The workload as last seen, and whether its controller has seen what was written."""
    itself = roll.kind.scopes(written)[0]
    clock = roll.ports.clock
    deadline = clock.monotonic() + roll.settings.timeout
    feed = roll.ports.cluster.open_feed([itself])
    try:
        while True:
            present = next(
                (item for item in feed.objects(itself) if objects.uid(item) == objects.uid(written)), written
            )
            new = objects.metadata(present)["generation"] >= objects.metadata(written)["generation"]
            rest = deadline - clock.monotonic()
            if (new and roll.kind.observed(present)) or rest <= 0:
                return present, rest > 0
            feed.wait(rest)
    finally:
        feed.close()
