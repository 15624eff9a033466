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


@dataclass
class Cure:
    """The step of a wait that deletes the pods which the kind calls stuck, each once."""

    roll: Roll
    scopes: tuple[Scope, ...] = ()
    _done: set[str] = field(default_factory=set)

    def look(self, look: Look) -> Verdict:
        """The verdict as it is. The controller has seen the new template by then: a pod that goes comes back with that."""
        if look.verdict.phase != "progressing":
            return look.verdict
        for pod in self.roll.kind.stuck(look.snapshot):
            if objects.uid(pod) not in self._done and not self._delete(pod):
                return replace(look.verdict, look_again=min(look.verdict.look_again, look.at + AGAIN))
        return look.verdict

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
