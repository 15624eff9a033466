# SPDX-License-Identifier: GPL-3.0-or-later
"""An upgrade that gets a signal just after its n-th write: victim.py NAMESPACE VERSION SIGNAL WRITE [STRATEGY].

The Lease is the first write; what is only asked in a dry run is none. The strategy is given as JSON.
"""

from __future__ import annotations

import json
import os
import pathlib
import signal
import sys
import typing as t

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / ".collections"))

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected, module, workload
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster, connect
from ansible_collections.steady.rollout.plugins.module_utils._cluster.lease import Held
from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options
from ansible_collections.steady.rollout.plugins.module_utils._operation import strategies
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]


class Doomed:
    """The cluster, until so many writes have been made."""

    def __init__(self, cluster: ApiCluster, number: int, left: int) -> None:
        self._cluster, self._number, self._left = cluster, number, left

    def lease(self, *args: t.Any, **options: t.Any) -> Held:
        """The first write is its taking."""
        held = self._cluster.lease(*args, **options)
        take = held.take
        held.take = lambda *, by_force: self._counted(take(by_force=by_force))  # type: ignore[method-assign]
        return held

    def patch(self, *args: t.Any, **options: t.Any) -> Json:
        """A further one."""
        return self._made(self._cluster.patch, *args, **options)

    def create(self, *args: t.Any, **options: t.Any) -> Json:
        """A further one."""
        return self._made(self._cluster.create, *args, **options)

    def delete(self, *args: t.Any, **options: t.Any) -> None:
        """A further one."""
        self._made(self._cluster.delete, *args, **options)

    def _made(self, write: t.Callable[..., t.Any], *args: t.Any, **options: t.Any) -> t.Any:
        answer = write(*args, **options)
        return answer if options.get("dry_run") else self._counted(answer)

    def _counted(self, answer: t.Any) -> t.Any:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), self._number)
        return answer

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cluster, name)


class Silent:
    """Nobody follows."""

    detailed = False

    def say(self, text: str, **_how: object) -> None:
        """Nothing."""


def main() -> None:
    """Upgrade, and say how it ended if it lives to see that."""
    namespace, version, number, write, *more = sys.argv[1:]
    wanted = Wanted(version, {}, strategies.parse(json.loads(more[0]) if more else None))
    module.listen()
    cluster = Doomed(connect(Options()), int(number), int(write))
    settings = Settings(holder=workload.holder(os.environ))
    ports = Ports(t.cast("t.Any", cluster), connected.SystemClock(), Silent())
    try:
        print(upgrade(ports, Reference("Deployment", namespace, "app"), wanted, settings).message)
    except errors.Interrupted as stopped:
        print(stopped)
        sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
