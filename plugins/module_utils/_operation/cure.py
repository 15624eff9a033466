# SPDX-License-Identifier: GPL-3.0-or-later
"""The cure of an ordered StatefulSet that a broken revision holds fast: its controller never goes past a pod that is not ready.

https://github.com/kubernetes/kubernetes/issues/67250
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, resources

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Scope
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]
AGAIN = 1.0
"""Seconds until a deletion that the API server did not answer is tried again."""
LAPSE = 30.0
"""Seconds for which a pod that was ready before may be not ready: two at once might be more than the application bears."""


@dataclass
class Cure:
    """The step of a wait that deletes the pods which the kind calls stuck, each once."""

    roll: Roll
    scopes: tuple[Scope, ...] = ()
    _done: set[str] = field(default_factory=set)
    _lapsed: dict[str, float] = field(default_factory=dict)

    def look(self, look: Look) -> Verdict:
        """The verdict as it is. The controller has seen the new template by then: a pod that goes comes back with that."""
        if look.verdict.phase != "progressing":
            return look.verdict
        for pod in self.roll.kind.stuck(look.snapshot):
            if objects.uid(pod) in self._done:
                continue
            due = self._due(pod, look.at)
            if due > look.at or not self._delete(pod):
                return replace(look.verdict, look_again=min(look.verdict.look_again, max(due, look.at + AGAIN)))
        return look.verdict

    def _due(self, pod: Json, at: float) -> float:
        """When it may be deleted."""
        if not objects.lapsed(pod):
            return at
        lapse = "/".join((objects.uid(pod), objects.condition(pod, "Ready")["lastTransitionTime"]))
        return self._lapsed.setdefault(lapse, at) + LAPSE

    def close(self) -> None:
        """Nothing: what was deleted is the controller's."""

    def _delete(self, pod: Json) -> bool:
        """Delete this very pod; False when it has to be tried again."""
        name = objects.name(pod)
        try:
            self.roll.ports.cluster.delete(resources.POD, self.roll.reference.namespace, name, uid=objects.uid(pod))
        except errors.Unreachable:
            return False
        except (errors.Forbidden, errors.Rejected) as reason:
            self.roll.journal.say(f"pod {name} of another revision is not ready and holds the others up; {reason}")
        else:
            self.roll.journal.say(f"pod {name} of another revision is not ready and held the others up: deleted")
        self._done.add(objects.uid(pod))
        return True
