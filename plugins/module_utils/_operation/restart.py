# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart: new pods of the same version, one after the other as in an upgrade."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks, reading, writing
from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import Plan, operate, patched, start
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, revisions, templates

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


def restart(ports: Ports, reference: Reference, settings: Settings) -> Outcome:
    """Replace every pod and see it through. Never idempotent: each call is another restart."""
    return operate("restart", start(ports, reference, settings), _plan)


def _plan(roll: Roll, present: Json) -> Plan:
    reference, settings, at = roll.reference, roll.settings, roll.ports.clock.now()
    checks.may_roll(roll.kind, reference, present, settings)
    finding.none_under_way(roll, present)
    checks.has_room(
        roll.ports.cluster,
        roll.kind,
        reference,
        present,
        templates.restarted(objects.template(present), at),
        roll.journal,
    )
    version = reading.facts(roll.kind, present, settings.container)["version"]
    notes = {revisions.CHANGE_CAUSE: settings.change_cause or f"restart of {version}"}

    def make(now: Json) -> Json:
        checks.may_roll(roll.kind, reference, now, settings)
        return writing.template_patch(templates.restarted(objects.template(now), at), notes)

    return Plan(
        f"Restart of {reference} ({version})",
        f"restarted on {version}",
        f"restarting {version}; {checks.manner(roll.kind, present)}",
        patched(make, present),
    )
