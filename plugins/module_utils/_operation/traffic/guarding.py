# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes along with a wait while the twin has requests: somebody has to answer them, and the weights have to stay."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic import shifting
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import endpoints_ready
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]


def _answered(look: Look, fork: Fork) -> bool:
    """Whether anybody answers the twin's requests."""
    return bool(endpoints_ready.ready(look.objects(shifting.slices_of(fork.namespace, fork.twin)), fork.twin))


@dataclass
class Served:
    """The step of a wait for the twin: it fails as soon as nobody answers its requests any more."""

    fork: Fork

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The endpoints of the twin's Service."""
        return (shifting.slices_of(self.fork.namespace, self.fork.twin),)

    def look(self, look: Look) -> Verdict:
        """The verdict, failed without a ready endpoint."""
        if look.verdict.phase == "failed" or _answered(look, self.fork):
            return look.verdict
        return replace(look.verdict, phase="failed", message=f"Service {self.fork.twin} has no ready endpoint any more")

    def close(self) -> None:
        """Nothing was begun."""


@dataclass
class Unmoved:
    """The step of a wait for the twin, held at ``weight`` of 100: it fails as soon as somebody else has moved the weights."""

    roll: Roll
    fork: Fork
    weight: int

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The route."""
        return (shifting.scope_of(self.fork.namespace, self.fork.route),)

    def look(self, look: Look) -> Verdict:
        """The verdict, failed when the share is another. A watch may be behind our own patch, so the API server is asked again."""
        seen = [self._share(route) for route in look.objects(self.scopes[0])]
        if look.verdict.phase == "failed" or seen == [self.weight]:
            return look.verdict
        try:
            now = self._share(self.roll.ports.cluster.read(resources.HTTP_ROUTE, self.fork.namespace, self.fork.route))
        except errors.NotFound:
            now = 0
        except errors.Unreachable:
            return look.verdict
        if now == self.weight:
            return look.verdict
        route, twin = self.fork.route, self.fork.twin
        message = f"somebody else changed HTTPRoute {route}: {now} of 100 requests go to {twin}, not {self.weight}"
        return replace(look.verdict, phase="failed", message=message)

    def _share(self, route: Json) -> int:
        return routes.share_of(routes.rules_of(route), self.fork) or 0

    def close(self) -> None:
        """Nothing was begun."""


@dataclass
class WeightsFirst:
    """The step of a wait for the stable pods while the twin has requests, too.

    It gives them back the moment the rollout has failed, before those pods go back; and when nobody answers for the twin any more.
    """

    roll: Roll
    fork: Fork
    given_back: bool = False

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The endpoints of the twin's Service."""
        return Served(self.fork).scopes

    def look(self, look: Look) -> Verdict:
        """The verdict as it is. Raises LeaseLost."""
        failed = look.verdict.phase == "failed" and not look.verdict.lost and self.roll.settings.on_failure != "keep"
        if not self.given_back and (failed or not _answered(look, self.fork)):
            self.given_back = True
            try:
                shifting.give_back(self.roll.ports, self.roll.journal, self.fork)
            except errors.LeaseLost:
                raise
            except errors.RolloutError as reason:
                self.roll.journal.say(f"the weights stay as they are: {reason}")
        return look.verdict

    def close(self) -> None:
        """Nothing was begun."""
