# SPDX-License-Identifier: GPL-3.0-or-later
"""For scenarios: an object as its manifest says, made or merged into what is there. In process, for it is done hundreds of times."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.steady.rollout.tests.integration import objects
from ansible_collections.steady.rollout.tests.integration.faults.observer import Observer

Json = dict[str, t.Any]
FIELDS = {"apiVersion": "api_version", "kind": "kind"}


class ActionModule(ActionBase):
    """Options: ``definition``, or the four that name an object; ``state`` (present, patched, absent); ``running`` to wait for its pods."""

    _requires_connection = False
    _VALID_ARGS = frozenset(("definition", "api_version", "kind", "namespace", "name", "state", "running"))

    def run(self, tmp: str | None = None, task_vars: Json | None = None) -> Json:
        """Fails with the API server's words."""
        given = self._task.args
        definition = named(given)
        meta = definition["metadata"]
        observer = Observer()
        collection = objects.path(definition["apiVersion"], definition["kind"], meta.get("namespace", ""))
        path = f"{collection}/{meta['name']}"
        result: Json = super().run(tmp, task_vars)
        try:
            if given.get("state") == "absent":
                return {**result, "changed": bool(observer.ask("DELETE", path))}
            found = observer.ask("PATCH", path, definition, objects.patch_form(definition["apiVersion"]))
            if not found and given.get("state") != "patched":
                found = observer.create(collection, definition)
            assert found, f"{path}: there is no such place"
            if given.get("running"):
                found = observer.until(path, objects.settled)
        except AssertionError as refusal:
            return {**result, "failed": True, "msg": str(refusal)}
        return {**result, "changed": True, "result": objects.shown(found)}


def named(given: Json) -> Json:
    """The definition with what the options say of its kind and name."""
    definition = {**(given.get("definition") or {})}
    definition.update({field: given[option] for field, option in FIELDS.items() if option in given})
    names = {option: given[option] for option in ("namespace", "name") if option in given}
    return {**definition, "metadata": {**definition.get("metadata", {}), **names}}
