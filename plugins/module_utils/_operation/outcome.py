# SPDX-License-Identifier: GPL-3.0-or-later
"""How an operation is to be done, and what came of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.strategies.strategy import Strategy
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.windows import Calendar
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.zero_downtime import Care

Json = dict[str, t.Any]
OnFailure = t.Literal["rollback", "pause", "keep", "report"]


@dataclass(frozen=True)
class Settings:
    """How patient to be, what to do when it fails, and whether to write at all. ``timeout`` in seconds.

    ``holder`` is how this run names itself in the workload's Lease; ``take_over`` takes that from a run that lives.
    ``only_check`` ends the operation once it has decided what it would do.
    ``strategy`` is that by which it is rolled out, None for the rolling one.
    ``delete_stuck_pods``: whether pods that hold an ordered StatefulSet up may be deleted.
    ``zero_downtime``: how careful to be that users notice nothing; None not at all.
    ``calendar``: when it may begin, None for always; ``break_glass``: why it may at any time.
    ``allowed_registries``: where images may come from, none for anywhere; ``pin_digests``: whether they are named by digest as well.
    ``config``, ``secrets``: whether ConfigMaps, and Secrets, come along.
    """

    timeout: float = 300.0
    limits: Limits = field(default_factory=Limits)
    on_failure: OnFailure = "rollback"
    change_cause: str = ""
    container: str = ""
    allow_managed: bool = False
    holder: str = "unnamed"
    take_over: bool = False
    delete_stuck_pods: bool = True
    gates: tuple[Gate, ...] = ()
    calendar: Calendar | None = None
    break_glass: str = ""
    zero_downtime: Care | None = None
    allowed_registries: tuple[str, ...] = ()
    pin_digests: bool = False
    config: bool = False
    secrets: bool = False
    dry_run: bool = False
    only_check: bool = False
    strategy: Strategy | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it. ``message`` is what people read first; when ``failed`` it is the whole report."""

    reference: Reference
    changed: bool
    failed: bool
    message: str
    status: str = ""
    before: Json = field(default_factory=dict)
    after: Json = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    gates: tuple[Json, ...] = ()
    rolled_back: Json = field(default_factory=dict)
    diff: Json = field(default_factory=dict)
    timeline: tuple[Json, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
