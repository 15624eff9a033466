# SPDX-License-Identifier: GPL-3.0-or-later
"""For scenarios: objects as the cluster has them. In process, for it is done hundreds of times."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.steady.rollout.tests.integration import objects
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer

Json = dict[str, t.Any]


class ActionModule(ActionBase):
    """Options: ``api_version``, ``kind``, ``namespace``, ``name``, ``label_selectors``, ``field_selectors``; answers ``resources``."""

    _requires_connection = False
    _VALID_ARGS = frozenset(("api_version", "kind", "namespace", "name", "label_selectors", "field_selectors"))

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        """Nothing there is no failure."""
        given = dict(self._task.args)
        selectors = {
            query: ",".join(given.pop(option))
            for query, option in (("labelSelector", "label_selectors"), ("fieldSelector", "field_selectors"))
            if option in given
        }
        found = Observer().ask("GET", objects.path(**given), **selectors)
        result: Json = super().run(tmp, task_vars)
        items = found.get("items", [found] if found else [])
        return {**result, "changed": False, "resources": [objects.shown(item) for item in items]}
