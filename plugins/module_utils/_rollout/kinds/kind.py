# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file in this folder has to answer for its kind of workload. The module itself is the implementation."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference, Snapshot
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status

Json = dict[str, t.Any]


class Kind(t.Protocol):
    """One kind of workload."""

    RESOURCE: Resource
    REVISION_RESOURCE: Resource
    ONE_IS_ENOUGH: bool
    """Whether one doomed new pod dooms the rollout: the controller goes one pod after the other and never past it."""
    UNSCALABLE: str
    """Why its number of pods cannot be set, and what to change instead; empty where it can be."""

    def scopes(self, workload: Json, *, nodes: bool = False) -> tuple[Scope, ...]:
        """What has to be listed and watched to judge the workload; the cluster's nodes too where these matter and ``nodes`` says so."""

    def gather(self, reference: Reference, seen: t.Iterable[t.Sequence[Json]]) -> Snapshot:
        """One snapshot from what the scopes hold, given in the order of ``scopes``."""

    def observed(self, workload: Json) -> bool:
        """Whether the controller has seen the spec as it is now."""

    def judge(self, snapshot: Snapshot) -> Status:
        """Complete, or what is missing."""

    def wanted(self, workload: Json) -> int:
        """How many pods there are to be."""

    def available(self, workload: Json) -> int:
        """How many pods its controller counts as available, old and new."""

    def is_ready(self, pod: Json) -> bool:
        """Whether the pod takes traffic."""

    def revision_number(self, revision: Json) -> int:
        """The revision's number in the history."""

    def number_of(self, workload: Json, revisions: t.Iterable[Json]) -> int:
        """The number of the revision that has the workload's present template; 0 when none of these has."""

    def identity(self, revision: Json) -> str:
        """What names the revision's template for good."""

    def template_of(self, revision: Json) -> Json:
        """The pod template that the revision keeps."""

    def refusal(self, workload: Json) -> str:
        """Why it cannot be rolled at the moment and the way out, or an empty string."""

    def by_hand(self, workload: Json) -> bool:
        """Whether a pod gets a new template only when somebody deletes it (OnDelete)."""

    def paused(self, workload: Json) -> bool:
        """Whether somebody has stopped it from rolling."""

    def pause_patch(self, workload: Json, paused: bool) -> Json:
        """The patch that stops or resumes the rollout. Raises Refused where the kind cannot be stopped."""

    def resume_command(self, workload: Json) -> str:
        """What to type to let a paused one go on."""

    def stuck(self, snapshot: Snapshot) -> tuple[Json, ...]:
        """The pods that have to go before the controller can, in the order in which to delete them; mostly none."""

    def surge(self, workload: Json) -> tuple[int, int]:
        """Pods beyond the wanted ones, and wanted ones that may be missing, while it rolls."""
