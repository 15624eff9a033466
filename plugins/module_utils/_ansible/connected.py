# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module with connection options shares: its ports, and its run on the cluster that they name.

A module that only reads knows no more than this: all that upgrades may need would be packed and sent along with its first task.
"""

from __future__ import annotations

import datetime
import os
import time
import typing as t

from ansible.module_utils.common.warnings import warn

from ansible_collections.steady.rollout.plugins.module_utils._ansible import concealed, connection, module, progress
from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import connect
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports

Json = dict[str, t.Any]
LIBRARIES = ("kubernetes", "urllib3")
SILENCE = 60.0
"""Seconds for which one request of a module without a timeout outlives an API server that does not answer."""
LONGEST_SILENCE = 300.0
"""The same for a module with a timeout: a kubelet waits so long at most before it starts a failing API server again."""


class SystemClock:
    """The machine's own clocks."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> str:
        """The date and time in UTC, to the millisecond."""
        return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ports_of(params: Json, *, timeout: float = SILENCE) -> Ports:
    """The cluster, the clock and where progress goes; nothing is sent yet. ``timeout`` in seconds. Raises InvalidInput."""
    told = progress.open_progress(os.environ, concealed.values(params))
    cluster = connect(connection.options(params), patience=min(timeout, LONGEST_SILENCE))
    if cluster.caution:
        warn(cluster.caution)
    return Ports(cluster, SystemClock(), told)


def run(
    arguments: Json,
    operate: t.Callable[[Json, bool], Json],
    *,
    libraries: t.Callable[[Json], t.Iterable[str]] = lambda _params: LIBRARIES,
    secrets: t.Callable[[Json], t.Iterable[str]] = lambda _params: (),
    **constraints: t.Any,
) -> None:
    """As ``module.run``, with the connection options, none of whose secrets are shown."""
    module.run(
        {**connection.ARGUMENT_SPEC, **arguments},
        operate,
        libraries=libraries,
        secrets=lambda params: {*connection.secrets(params), *concealed.values(params), *secrets(params)},
        **constraints,
    )
