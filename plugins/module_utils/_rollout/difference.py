# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change changes, in the form that ``--diff`` shows, with values that look like secrets left out."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import sounds_secret

Json = dict[str, t.Any]

HIDDEN = "(hidden)"


def of(before: Json | None, after: Json, beside: tuple[Json, Json] = ({}, {})) -> Json:
    """Ansible's diff of a workload's spec; ``before`` is None when there was none. Empty when nothing differs.

    ``beside``: the configuration that goes with each, as it may be shown.
    """
    left, right = _text(before, beside[0]), _text(after, beside[1])
    if left == right:
        return {}
    title = f"{after.get('kind', '')} {objects.metadata(after).get('namespace', '')}/{objects.name(after)}".strip()
    return {"before": left, "after": right, "before_header": title, "after_header": title}


def _text(workload: Json | None, configuration: Json) -> str:
    if workload is None:
        return ""
    shown: Json = {"configuration": configuration} if configuration else {}
    shown["spec"] = {**objects.spec(workload), "template": hidden(objects.template(workload))}
    return json.dumps(shown, indent=2, sort_keys=True) + "\n"


def hidden(template: Json) -> Json:
    """The template, literal environment values whose names sound secret replaced."""

    def value(entry: Json) -> Json:
        return {**entry, "value": HIDDEN} if entry.get("value") and sounds_secret(entry.get("name", "")) else entry

    pod = dict(objects.spec(template))
    for key in ("containers", "initContainers"):
        if pod.get(key):
            pod[key] = [
                {**container, "env": [value(entry) for entry in container["env"]]}
                if container.get("env")
                else container
                for container in pod[key]
            ]
    return {**template, "spec": pod}
